#include "coordinator/api/segment_index.h"
