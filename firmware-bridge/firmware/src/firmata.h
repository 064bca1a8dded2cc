/* Plain Firmata on the pins that have no role; own messages are handed on. firmata/protocol: protocol.md. */
#ifndef FIRMATA_H
#define FIRMATA_H
#include <stdint.h>

/* Tells version and name unasked. */
void firmata_start(void);
/* Takes what was heard, answers, reports. To be called often. */
void firmata_step(void);
/* To be called each ms: the sampling clock. */
void firmata_pass_ms(void);

#endif
