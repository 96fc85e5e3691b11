#include "pipelines/synthetic/portable_random.h"
