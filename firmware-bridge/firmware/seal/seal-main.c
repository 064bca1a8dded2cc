/* Copies an image and puts its check behind it, low byte first: the same check as the messages have. */
#include <stdint.h>
#include <stdio.h>
#include "wire.h"

int main(void) {
  static uint8_t image[1 << 16];
  const size_t count = fread(image, 1, sizeof image - 2, stdin);
  if (count == 0 || fgetc(stdin) != EOF) {
    fprintf(stderr, "seal: the image is empty or does not end within 64 KiB\n");
    return 65;
  }
  const uint16_t check = crc16(CRC_START, image, (uint16_t)count);
  image[count] = (uint8_t)(check & 0xFF);
  image[count + 1] = (uint8_t)(check >> 8);
  return fwrite(image, 1, count + 2, stdout) == count + 2 ? 0 : 74;
}
