/* A preview in words: each request, each line, and the reason for what was chosen. */
#ifndef CTL_PREVIEW_PRINT_H
#define CTL_PREVIEW_PRINT_H

#include "../worker/preview.h"
#include "desk.h"

enum led_err preview_print(struct ctl *ctl, struct desk *desk, const struct run *run,
			   const struct preview *preview, const struct run_end *end,
			   struct led_error *error) __attribute__((warn_unused_result));

#endif
