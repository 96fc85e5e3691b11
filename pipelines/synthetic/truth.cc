#include "pipelines/synthetic/truth.h"
