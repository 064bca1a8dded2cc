/* Own messages as bytes: fields in groups of seven bits, a check, and a buffer to build one in. protocol/firmware-messages.md. */
#ifndef WIRE_H
#define WIRE_H
#include <stdbool.h>
#include <stdint.h>

/* F0, id, body, check, F7. */
#define WIRE_MAX 64
enum { WIRE_START = 0xF0, WIRE_END = 0xF7 };
enum { WIRE_U7 = 1, WIRE_U14 = 2, WIRE_U16 = 3, WIRE_U32 = 5 };

#define CRC_START 0x1D0Fu
uint16_t crc16(uint16_t crc, const void *bytes, uint16_t count);

/* Reads fields forward; ok falls, and stays down, at the first that is short or out of range. */
struct wire_reader {
  const uint8_t *at;
  uint8_t left;
  bool ok;
};
uint32_t wire_take(struct wire_reader *reader, uint8_t groups);

struct wire_writer {
  uint8_t bytes[WIRE_MAX];
  uint8_t count;
};
void wire_begin(struct wire_writer *writer, uint8_t id);
void wire_put(struct wire_writer *writer, uint8_t groups, uint32_t value);
/* Adds check and end. */
void wire_end(struct wire_writer *writer);

/* Id, body and check as they stood between F0 and F7. True when the check is right; the reader then stands at the body. */
bool wire_open(struct wire_reader *reader, const uint8_t *bytes, uint8_t count);

#endif
