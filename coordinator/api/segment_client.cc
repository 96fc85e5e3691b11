#include "coordinator/api/segment_client.h"
