#include "pipelines/synthetic/chunk_files.h"
