#include "pipelines/synthetic/customer_model.h"
