/*
 * Functions that have no safe use here, made compile errors. Included before
 * every product source by the build (the idea is git's banned.h).
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

/* The system headers that declare them must come first, or poison breaks those. */
#include <alloca.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#undef strcpy
#undef strcat
#undef strtok
#undef alloca
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok gets system popen alloca
/* Not thread-safe: the worker is threaded, and lib/ serves it. */
#pragma GCC poison gmtime localtime ctime asctime strerror

#endif
