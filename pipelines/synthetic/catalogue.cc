#include "pipelines/synthetic/catalogue.h"
