/* Locks: released for a time or until told, and every way back to secured. */
#ifndef LOCKS_H
#define LOCKS_H
#include <stdbool.h>
#include <stdint.h>

#define LOCKS 2

enum lock_cause { CAUSE_START, CAUSE_COMMAND, CAUSE_PULSE_OVER, CAUSE_BUTTON, CAUSE_FIRE, CAUSE_HOST_LOST, CAUSE_DOOR_CLOSED };

void locks_start(void);
bool lock_exists(uint8_t lock);
bool lock_released(uint8_t lock);
/* How many there are. */
uint8_t locks_count(void);
/* A lock is released, or was less than a second ago. */
bool locks_let_pass(void);

/* pulse_ms 0: until told, or until the host is lost. */
void lock_release(uint8_t lock, uint8_t cause, uint16_t pulse_ms);
/* Does nothing while there is fire. */
void lock_secure(uint8_t lock, uint8_t cause);
/* Fire releases all, its end secures all. */
void locks_fire(bool fire);
bool locks_on_fire(void);
void locks_host_lost(void);
void locks_door(bool opened);
/* To be called each ms: ends pulses, and puts every output to where it belongs. */
void locks_step(void);

#endif
