/* Own messages as bytes. */
#include "wire.h"

uint16_t crc16(uint16_t crc, const void *bytes, uint16_t count) {
  const uint8_t *at = bytes;
  while (count-- > 0) {
    crc = (uint16_t)((uint16_t)(crc >> 8) | (uint16_t)(crc << 8));
    crc ^= *at++;
    crc ^= (uint8_t)((crc & 0xFF) >> 4);
    crc ^= (uint16_t)(crc << 12);
    crc ^= (uint16_t)((crc & 0xFF) << 5);
  }
  return crc;
}

uint32_t wire_take(struct wire_reader *reader, uint8_t groups) {
  if (!reader->ok || reader->left < groups) {
    reader->ok = false;
    return 0;
  }
  uint32_t value = 0;
  for (uint8_t group = groups; group > 0; group--) value = (value << 7) | reader->at[group - 1];
  /* The top group of the wide fields is not full. */
  const uint8_t top = reader->at[groups - 1];
  if ((groups == WIRE_U16 && top > 0x03) || (groups == WIRE_U32 && top > 0x0F)) reader->ok = false;
  reader->at += groups;
  reader->left = (uint8_t)(reader->left - groups);
  return value;
}

void wire_begin(struct wire_writer *writer, uint8_t id) {
  writer->bytes[0] = WIRE_START;
  writer->bytes[1] = id;
  writer->count = 2;
}

void wire_put(struct wire_writer *writer, uint8_t groups, uint32_t value) {
  for (uint8_t group = 0; group < groups && writer->count < WIRE_MAX; group++) {
    writer->bytes[writer->count++] = value & 0x7F;
    value >>= 7;
  }
}

void wire_end(struct wire_writer *writer) {
  wire_put(writer, WIRE_U16, crc16(CRC_START, writer->bytes + 1, (uint16_t)(writer->count - 1)));
  if (writer->count < WIRE_MAX) writer->bytes[writer->count++] = WIRE_END;
}

bool wire_open(struct wire_reader *reader, const uint8_t *bytes, uint8_t count) {
  if (count < 1 + WIRE_U16) return false;
  const uint8_t checked = (uint8_t)(count - WIRE_U16);
  struct wire_reader check = {bytes + checked, WIRE_U16, true};
  const uint16_t told = (uint16_t)wire_take(&check, WIRE_U16);
  *reader = (struct wire_reader){bytes + 1, (uint8_t)(checked - 1), true};
  return check.ok && told == crc16(CRC_START, bytes, checked);
}
