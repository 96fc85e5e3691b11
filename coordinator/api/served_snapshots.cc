#include "coordinator/api/served_snapshots.h"
