/* A simulated ATmega328P board behind hal.h, and the strings to pull on it. */
#ifndef BOARD_H
#define BOARD_H
#include <stddef.h>
#include "hal.h"

/* With the descriptor of what the board before it left, or -1 for a new one. True when it goes on from there. */
bool board_begin(int left);
/* Never returns: the program begins anew. */
void board_restart(uint8_t cause, bool ram_kept);
void board_pass_ms(void);
void board_hear(const uint8_t *bytes, size_t count);
size_t board_take_sent(uint8_t *bytes, size_t most);
void board_drive(uint8_t pin, bool high);
uint8_t board_mode(uint8_t pin);
void board_analog(uint8_t channel, uint16_t value);
void board_garble(unsigned int bit);
/* One bit of the program is another from now on. */
void board_flip_flash(uint16_t at);
uint8_t *board_eeprom(void);

#endif
