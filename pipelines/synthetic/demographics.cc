#include "pipelines/synthetic/demographics.h"
