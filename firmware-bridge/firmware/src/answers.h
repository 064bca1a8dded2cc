/* What the board says of its own: one function a message. */
#ifndef ANSWERS_H
#define ANSWERS_H
#include "own.h"
#include "wire.h"

enum own_id {
  OWN_HELLO = 0x01,
  OWN_EVENT = 0x02,
  OWN_ACK = 0x03,
  OWN_RESEND = 0x04,
  OWN_OVERFLOW = 0x05,
  OWN_COUNTS = 0x06,
  OWN_LOCK = 0x07,
  OWN_CONFIG_READ = 0x08,
  OWN_CONFIG_WRITE = 0x09,
  OWN_HEARTBEAT = 0x0A,
  OWN_SELF_TEST = 0x0B,
  OWN_REFUSED = 0x0C,
  OWN_IDENTITY = 0x0D,
};
enum refusal { REFUSED_CHECK = 1, REFUSED_LENGTH = 2, REFUSED_ID = 3, REFUSED_NO_HELLO = 4, REFUSED_RANGE = 5 };

void answers_start(const struct board *board);
/* Ends the message and hands it to the transmitter. */
void answer_send(struct wire_writer *out);
void answer_refused(uint8_t id, enum refusal reason);
void answer_hello(void);
void answer_overflow(void);
/* Every other message: does what it asks, and answers. Nothing is done or said when a field is out of range. */
void answer(uint8_t id, struct wire_reader *body);

#endif
