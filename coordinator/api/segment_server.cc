#include "coordinator/api/segment_server.h"
