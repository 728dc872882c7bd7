/* Included before each file that clang-tidy reads: its analyzer looks at one file at a
 * time and cannot know that led_fail returns the class it is given, never LED_OK. */
#include "base/error.h"

#define led_fail(error, class, ...) ((void)led_fail(error, class, __VA_ARGS__), (class))
