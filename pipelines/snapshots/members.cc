#include "pipelines/snapshots/members.h"
