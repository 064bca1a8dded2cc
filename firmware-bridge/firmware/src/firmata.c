/* Plain Firmata: what is heard. Only as much is taken as the transmitter can answer at once; long answers go out pin by pin. */
#include "firmata.h"
#include <stdbool.h>
#include "config.h"
#include "hal.h"
#include "own.h"
#include "pins.h"
#include "version.h"
#include "wire.h"

enum {
  PORT_WRITE = 0x90, REPORT_ANALOG = 0xC0, REPORT_PORT = 0xD0, PIN_MODE = 0xF4, PIN_WRITE = 0xF5, VERSION = 0xF9, SYSTEM_RESET = 0xFF,
  ANALOG_MAPPING_QUERY = 0x69, ANALOG_MAPPING = 0x6A, CAPABILITY_QUERY = 0x6B, CAPABILITIES = 0x6C,
  PIN_STATE_QUERY = 0x6D, PIN_STATE = 0x6E, FIRMWARE = 0x79, SAMPLING = 0x7A,
};
#define PROTOCOL_MAJOR 2
#define PROTOCOL_MINOR 8
#define OWN_LAST 0x0F
#define PIN_ANSWER_MAX 10

/* The message being heard: its command byte, or 0; bytes after it; how many it wants, for all but sysex. */
static uint8_t command;
static uint8_t wanted;
static uint8_t count;
static bool too_long;
static uint8_t heard[WIRE_MAX];
/* The long answer being given, and its next pin. */
static uint8_t listing;
static uint8_t listed;

static void say(uint8_t byte) { hal_uart_write(byte); }

static void say_version(void) {
  say(VERSION);
  say(PROTOCOL_MAJOR);
  say(PROTOCOL_MINOR);
}

static void say_firmware(void) {
  say(WIRE_START);
  say(FIRMWARE);
  say(VERSION_MAJOR);
  say(VERSION_MINOR);
  for (const char *letter = FIRMWARE_NAME; *letter != 0; letter++) {
    say((uint8_t)*letter & 0x7F);
    say(0);
  }
  say(WIRE_END);
}

void firmata_start(void) {
  command = 0;
  listing = 0;
  pins_start();
  say_version();
  say_firmware();
}

void firmata_pass_ms(void) { pins_pass_ms(); }

static void say_pin_state(uint8_t pin) {
  say(WIRE_START);
  say(PIN_STATE);
  say(pin);
  say(pins_mode(pin));
  say(pins_value(pin));
  say(WIRE_END);
}

static void begin_listing(uint8_t answer) {
  listing = answer;
  listed = 0;
  say(WIRE_START);
  say(answer);
}

static void say_capabilities(uint8_t pin) {
  if (pins_usable(pin)) {
    static const uint8_t digital[] = {HAL_INPUT, 1, HAL_PULLUP, 1, HAL_OUTPUT, 1};
    for (uint8_t i = 0; i < sizeof digital; i++) say(digital[i]);
    if (pins_channel(pin) != NO_PIN) {
      say(HAL_ANALOG);
      say(10);
    }
  }
  say(0x7F);
}

static void list_step(void) {
  while (listing != 0 && hal_uart_room() >= PIN_ANSWER_MAX) {
    if (listed == hal_chip.pins) {
      listing = 0;
      say(WIRE_END);
    } else if (listing == CAPABILITIES) {
      say_capabilities(listed++);
    } else {
      say(pins_channel(listed++));
    }
  }
}

static void take_sysex(void) {
  const uint8_t id = heard[0];
  if (count == 0) return;
  if (id >= 0x01 && id <= OWN_LAST) {
    if (too_long) own_refuse_length(id);
    else own_receive(heard, count);
  } else if (too_long) {
    return;
  } else if (id == FIRMWARE) {
    say_firmware();
  } else if (id == CAPABILITY_QUERY) {
    begin_listing(CAPABILITIES);
  } else if (id == ANALOG_MAPPING_QUERY) {
    begin_listing(ANALOG_MAPPING);
  } else if (id == PIN_STATE_QUERY && count == 2 && heard[1] < hal_chip.pins) {
    say_pin_state(heard[1]);
  } else if (id == SAMPLING && count == 3) {
    pins_sampling((uint16_t)(heard[1] | (heard[2] << 7)));
  }
}

static void take_message(void) {
  const uint8_t channel = command & 0x0F;
  if (command == VERSION) say_version();
  else if (command == SYSTEM_RESET) pins_start();
  else if (command == PIN_MODE) pins_set_mode(heard[0], heard[1]);
  else if (command == PIN_WRITE) pins_write(heard[0], heard[1] != 0);
  else if ((command & 0xF0) == PORT_WRITE) pins_write_port(channel, (uint8_t)(heard[0] | (heard[1] << 7)));
  else if ((command & 0xF0) == REPORT_ANALOG) pins_report_analog(channel, heard[0] != 0);
  else if ((command & 0xF0) == REPORT_PORT) pins_report_port(channel, heard[0] != 0);
}

/* Bytes after a command byte; 255 for what is no command here. */
static uint8_t wanted_by(uint8_t byte) {
  if (byte == VERSION || byte == SYSTEM_RESET) return 0;
  if (byte == PIN_MODE || byte == PIN_WRITE) return 2;
  const uint8_t family = byte & 0xF0;
  if (family == PORT_WRITE || family == 0xE0) return 2;
  return family == REPORT_ANALOG || family == REPORT_PORT ? 1 : 255;
}

static void take_command_byte(uint8_t byte) {
  if (byte == WIRE_END) {
    if (command == WIRE_START) take_sysex();
    command = 0;
    return;
  }
  /* Whatever was being heard is not whole: dropped. */
  command = 0;
  wanted = wanted_by(byte);
  count = 0;
  too_long = false;
  if (byte != WIRE_START && wanted == 255) return;
  command = byte;
  if (wanted == 0) {
    take_message();
    command = 0;
  }
}

static void take_byte(uint8_t byte) {
  if (byte >= 0x80) {
    take_command_byte(byte);
    return;
  }
  if (command == 0) return;
  /* F0 and F7 are not in here. */
  if (count == WIRE_MAX - 2) {
    too_long = true;
    return;
  }
  heard[count++] = byte;
  if (command != WIRE_START && count == wanted) {
    take_message();
    command = 0;
  }
}

void firmata_step(void) {
  list_step();
  while (listing == 0 && hal_uart_room() >= WIRE_MAX) {
    const int16_t byte = hal_uart_read();
    if (byte < 0) break;
    take_byte((uint8_t)byte);
  }
  if (listing != 0) return;
  pins_step();
  own_step();
}
