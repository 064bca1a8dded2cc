/* What the main loop of the AVR needs beside hal.h. */
#ifndef HAL_AVR_H
#define HAL_AVR_H
#include <stdint.h>

void hal_start(void);
/* Around one turn of the main loop: measures it, then sleeps until the next interrupt when there is nothing to do. */
void hal_turn_begins(void);
void hal_turn_ends(void);

#endif
