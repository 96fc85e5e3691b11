#include "pipelines/snapshots/serving_folder.h"
