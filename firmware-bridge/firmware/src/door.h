/* The door: inputs in, events out. Beams, contact, button, tamper, fire. */
#ifndef DOOR_H
#define DOOR_H
#include <stdbool.h>
#include <stdint.h>

/* Bit n: the input of role n is active. */
void door_start(uint8_t active);
/* To be called each ms, with the same bits. */
void door_step(uint8_t active);

bool door_input(uint8_t role);
bool door_forced(void);
bool door_held(void);
/* A beam has been dark for longer than people take. */
bool door_beam_blocked(void);

#endif
