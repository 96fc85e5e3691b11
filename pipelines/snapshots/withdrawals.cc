#include "pipelines/snapshots/withdrawals.h"
