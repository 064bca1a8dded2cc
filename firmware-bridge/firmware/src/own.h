/* The own messages: session, events with acknowledgement, locks, settings, health. protocol/firmware-messages.md. */
#ifndef OWN_H
#define OWN_H
#include <stdbool.h>
#include <stdint.h>

struct board {
  uint16_t identity;
  uint16_t boot;
  uint8_t cause;
  const uint32_t *records; /* written to EEPROM in the board's life */
  bool config_lost;
  bool totals_lost;
};

void own_start(const struct board *board);
/* Id, body and check of a whole message. Needs room for one message in the transmitter. */
void own_receive(const uint8_t *bytes, uint8_t count);
/* What was no whole message, but had an own id. */
void own_refuse_length(uint8_t id);
/* Events that are due, and the end of the session. Sends at most one message, and only when there is room. */
void own_step(void);
bool own_session(void);

#endif
