/* The image, a few bytes a millisecond, so that no beam waits: 16 KiB take four seconds after the start, and then 16 again and again. */
#include "image.h"
#include "hal.h"
#include "wire.h"

#define FIRST_BYTES_A_MS 4

static uint16_t at;
static uint16_t crc;
static bool damaged;
static bool read_once;

void image_start(void) {
  at = 0;
  crc = CRC_START;
  damaged = false;
  read_once = false;
}

void image_pass_ms(void) {
  const uint8_t most = read_once ? 1 : FIRST_BYTES_A_MS;
  for (uint8_t i = 0; i < most && at < hal_image_bytes(); i++) {
    const uint8_t byte = hal_image_read(at++);
    crc = crc16(crc, &byte, 1);
  }
  if (at < hal_image_bytes()) return;
  const uint16_t wanted = (uint16_t)(hal_image_read(at) | (hal_image_read((uint16_t)(at + 1)) << 8));
  if (crc != wanted) damaged = true;
  read_once = true;
  at = 0;
  crc = CRC_START;
}

bool image_damaged(void) { return damaged; }
