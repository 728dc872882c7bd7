/* What every program does to itself at its start. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

/* Keys, tokens or passwords are in this process's memory: no core dumps, and no tracing or
 * reading by other processes of the same user. */
void process_guard_memory(void);

#endif
