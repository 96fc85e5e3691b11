#include "coordinator/api/segment_handler.h"
