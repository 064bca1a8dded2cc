/* A simulated ATmega328P board. The line carries 57600 baud; a byte takes 4 ms to reach EEPROM. */
#include "board.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "wire.h"

#define EEPROM_BYTES 1024
#define IMAGE_BYTES 2000
#define EEPROM_WRITE_MS 4
#define EXTERNAL_NONE 2
#define HEARD_MOST 65536
#define ROOM 127
/* Hundredths of a byte a millisecond. */
#define LINE_RATE 576

const struct hal_chip hal_chip = {1, 20, 14, 6, EEPROM_BYTES};

/* What is there again after a restart. */
static struct {
  uint8_t cause;
  uint8_t eeprom[EEPROM_BYTES];
  uint8_t outside[20];
  uint16_t analog[6];
  uint32_t chance;
  uint16_t flash_flip;
} lasting = {.cause = HAL_POWER_ON, .chance = 1};

/* The linker's names for the RAM that is kept. */
extern uint8_t __start_kept[], __stop_kept[];

static uint8_t modes[20];
static bool levels[20];
static uint8_t elapsed_ms;
static bool time_passes;
static uint8_t heard[HEARD_MOST];
static size_t heard_in, heard_out;
static uint8_t out[ROOM + 1];
static uint8_t out_count;
static unsigned int line_credit;
static uint8_t write_left_ms;
static uint16_t write_address;
static uint16_t overruns;

static uint8_t chance(void) {
  lasting.chance = lasting.chance * 1664525u + 1013904223u;
  return (uint8_t)(lasting.chance >> 24);
}

static size_t kept_bytes(void) { return (size_t)(__stop_kept - __start_kept); }

static void must(bool did, const char *what) {
  if (did) return;
  perror(what);
  exit(70);
}

static void scramble_kept(void) {
  for (size_t i = 0; i < kept_bytes(); i++) __start_kept[i] = chance();
}

bool board_begin(int left) {
  if (left < 0) {
    memset(lasting.eeprom, 0xFF, sizeof lasting.eeprom);
    memset(lasting.outside, EXTERNAL_NONE, sizeof lasting.outside);
    scramble_kept();
    return false;
  }
  must(pread(left, &lasting, sizeof lasting, 0) == (ssize_t)sizeof lasting, "what was left");
  must(pread(left, __start_kept, kept_bytes(), sizeof lasting) == (ssize_t)kept_bytes(), "the RAM that was left");
  close(left);
  return true;
}

void board_restart(uint8_t cause, bool ram_kept) {
  char number[16];
  const int left = memfd_create("board", 0);
  must(left >= 0, "memfd_create");
  lasting.cause = cause;
  if (!ram_kept) {
    if (write_left_ms > 0) lasting.eeprom[write_address] = chance();
    scramble_kept();
  }
  must(pwrite(left, &lasting, sizeof lasting, 0) == (ssize_t)sizeof lasting, "what is left");
  must(pwrite(left, __start_kept, kept_bytes(), sizeof lasting) == (ssize_t)kept_bytes(), "the RAM that is left");
  fflush(stdout);
  snprintf(number, sizeof number, "%d", left);
  execl("/proc/self/exe", "door-node-host", number, (char *)NULL);
  must(false, "execl");
}

void board_pass_ms(void) {
  time_passes = true;
  if (elapsed_ms < 255) elapsed_ms++;
  if (write_left_ms > 0) write_left_ms--;
  line_credit += LINE_RATE;
}

void board_hear(const uint8_t *bytes, size_t count) {
  for (size_t i = 0; i < count; i++) {
    heard[heard_in] = bytes[i];
    heard_in = (heard_in + 1) % HEARD_MOST;
  }
}

size_t board_take_sent(uint8_t *bytes, size_t most) {
  size_t count = line_credit / 100;
  if (count > out_count) count = out_count;
  if (count > most) count = most;
  memcpy(bytes, out, count);
  out_count = (uint8_t)(out_count - count);
  memmove(out, out + count, out_count);
  line_credit = out_count == 0 ? 0 : line_credit - (unsigned int)count * 100;
  return count;
}

void board_drive(uint8_t pin, bool high) { lasting.outside[pin] = high; }
uint8_t board_mode(uint8_t pin) { return modes[pin]; }
void board_analog(uint8_t channel, uint16_t value) { lasting.analog[channel] = value; }
void board_garble(unsigned int bit) { __start_kept[bit / 8 % kept_bytes()] ^= (uint8_t)(1u << bit % 8); }
uint8_t *board_eeprom(void) { return lasting.eeprom; }

uint8_t hal_reset_cause(void) { return lasting.cause; }

uint8_t hal_elapsed_ms(void) {
  const uint8_t passed = elapsed_ms;
  elapsed_ms = 0;
  return passed;
}

uint16_t hal_loop_us(void) { return 100; }
uint16_t hal_stack_free(void) { return 500; }
/* Before the first millisecond only the wait at the start comes by here: it must end. */
void hal_watchdog_pet(void) {
  if (!time_passes && write_left_ms > 0) write_left_ms--;
}

uint16_t hal_chance(void) { return crc16(0, __start_kept, (uint16_t)kept_bytes()); }

uint16_t hal_image_bytes(void) { return IMAGE_BYTES; }

/* A program of no meaning with its check behind it. */
uint8_t hal_image_read(uint16_t at) {
  static uint8_t image[IMAGE_BYTES + 2];
  if (image[0] == 0) {
    for (size_t i = 0; i < IMAGE_BYTES; i++) image[i] = (uint8_t)(i * 7 + 1);
    const uint16_t check = crc16(CRC_START, image, IMAGE_BYTES);
    image[IMAGE_BYTES] = (uint8_t)(check & 0xFF);
    image[IMAGE_BYTES + 1] = (uint8_t)(check >> 8);
  }
  return (uint8_t)(image[at] ^ (lasting.flash_flip > 0 && at == lasting.flash_flip - 1u ? 0x10 : 0));
}

void board_flip_flash(uint16_t at) { lasting.flash_flip = (uint16_t)(at + 1); }

void hal_pin_mode(uint8_t pin, uint8_t mode) { modes[pin] = mode; }

bool hal_pin_read(uint8_t pin) {
  if (modes[pin] == HAL_OUTPUT) return levels[pin];
  if (lasting.outside[pin] != EXTERNAL_NONE) return lasting.outside[pin];
  return modes[pin] == HAL_PULLUP;
}

void hal_pin_write(uint8_t pin, bool high) { levels[pin] = high; }
uint16_t hal_analog_read(uint8_t channel) { return lasting.analog[channel]; }

uint8_t hal_eeprom_read(uint16_t address) { return lasting.eeprom[address]; }

bool hal_eeprom_idle(void) { return write_left_ms == 0; }

void hal_eeprom_write(uint16_t address, uint8_t value) {
  lasting.eeprom[address] = value;
  write_address = address;
  write_left_ms = EEPROM_WRITE_MS;
}

int16_t hal_uart_read(void) {
  if (heard_in == heard_out) return -1;
  const uint8_t byte = heard[heard_out];
  heard_out = (heard_out + 1) % HEARD_MOST;
  return byte;
}

uint8_t hal_uart_room(void) { return (uint8_t)(ROOM - out_count); }
void hal_uart_write(uint8_t byte) {
  if (out_count < ROOM) out[out_count++] = byte;
}
uint16_t hal_uart_overruns(void) { return overruns; }
