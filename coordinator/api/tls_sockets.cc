#include "coordinator/api/tls_sockets.h"
