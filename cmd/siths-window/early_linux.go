package main

/*
#include <sys/prctl.h>

// Before the runtime has threads, each of which would have to be told: the attribute is a thread's own, and a new thread has
// that of the one which made it (prctl(2)).
__attribute__((constructor)) static void give_up_new_privileges(void) { prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }
*/
import "C"
