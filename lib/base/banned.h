/*
 * Functions that have no safe use here, made compile errors (after git's banned.h).
 * Included before every product source by the build.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

/* The headers that declare them come first: declarations must not be rewritten. */
#include <alloca.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BANNED(function) sorry_##function##_is_banned_here

/* No bound, or a bound that leaves text unterminated. */
#undef strcpy
#undef strcat
#undef strncpy
#undef strncat
#undef sprintf
#undef vsprintf
#undef strtok
#undef alloca
#define strcpy(to, from)        BANNED(strcpy)
#define strcat(to, from)        BANNED(strcat)
#define strncpy(to, from, n)    BANNED(strncpy)
#define strncat(to, from, n)    BANNED(strncat)
#define sprintf(...)            BANNED(sprintf)
#define vsprintf(to, form, arg) BANNED(vsprintf)
#define strtok(text, set)       BANNED(strtok)
#define alloca(size)            BANNED(alloca)
/* A shell between us and what we meant. */
#define system(command)      BANNED(system)
#define popen(command, mode) BANNED(popen)
/* Not safe with threads. */
#undef gmtime
#undef localtime
#undef ctime
#undef asctime
#undef strerror
#define gmtime(t)        BANNED(gmtime)
#define localtime(t)     BANNED(localtime)
#define ctime(t)         BANNED(ctime)
#define asctime(t)       BANNED(asctime)
#define strerror(number) BANNED(strerror)

#endif
