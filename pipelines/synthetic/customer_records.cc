#include "pipelines/synthetic/customer_records.h"
