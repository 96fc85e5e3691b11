#include "pipelines/synthetic/generate.h"
