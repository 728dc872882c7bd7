/* The control API under /_sandbox/: for tests, demos and benchmarks. */
#ifndef SAGE_CONTROL_H
#define SAGE_CONTROL_H

#include "common/server.h"

void control_serve(const struct sb_request *req, struct sb_reply *reply);

#endif
