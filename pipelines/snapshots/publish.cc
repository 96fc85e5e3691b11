#include "pipelines/snapshots/publish.h"
