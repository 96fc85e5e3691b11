#include "pipelines/snapshots/manifest.h"
