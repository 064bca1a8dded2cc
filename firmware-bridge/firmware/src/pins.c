/* The pins a Firmata host may use. */
#include "pins.h"
#include "config.h"
#include "hal.h"

#define PORTS ((HAL_MAX_PINS + 7) / 8)
#define DEFAULT_SAMPLING_MS 19
#define FIRST_FREE 2 /* 0 and 1 are the line to the host */
#define REPORT_BYTES 3
#define DIGITAL_REPORT 0x90
#define ANALOG_REPORT 0xE0
#define MODE_ROLE 0x7F

static uint8_t modes[HAL_MAX_PINS];
static uint8_t written[PORTS];
static uint8_t told[PORTS];
static uint16_t ports_on;
static uint16_t ports_new;
static uint16_t analogs_on;
static uint16_t sampling_ms;
static uint16_t sampled_ms;
/* Next channel of this sample, analogs for none. */
static uint8_t channel_due;

bool pins_usable(uint8_t pin) { return pin >= FIRST_FREE && pin < hal_chip.pins && !pin_has_role(pin); }

uint8_t pins_channel(uint8_t pin) {
  const bool analog = pins_usable(pin) && pin >= hal_chip.first_analog && pin < hal_chip.first_analog + hal_chip.analogs;
  return analog ? (uint8_t)(pin - hal_chip.first_analog) : NO_PIN;
}

void pins_start(void) {
  for (uint8_t pin = 0; pin < hal_chip.pins; pin++) {
    modes[pin] = pins_channel(pin) == NO_PIN ? HAL_INPUT : HAL_ANALOG;
    if (!pins_usable(pin)) continue;
    hal_pin_write(pin, false);
    hal_pin_mode(pin, HAL_INPUT);
  }
  for (uint8_t port = 0; port < PORTS; port++) written[port] = told[port] = 0;
  ports_on = ports_new = analogs_on = 0;
  sampling_ms = DEFAULT_SAMPLING_MS;
  sampled_ms = 0;
  channel_due = hal_chip.analogs;
}

uint8_t pins_mode(uint8_t pin) { return pins_usable(pin) ? modes[pin] : MODE_ROLE; }

uint8_t pins_value(uint8_t pin) { return pins_usable(pin) && (written[pin / 8] & (1 << (pin % 8))); }

void pins_set_mode(uint8_t pin, uint8_t mode) {
  if (!pins_usable(pin)) return;
  if (mode == HAL_ANALOG && pins_channel(pin) == NO_PIN) return;
  if (mode != HAL_INPUT && mode != HAL_OUTPUT && mode != HAL_PULLUP && mode != HAL_ANALOG) return;
  modes[pin] = mode;
  written[pin / 8] &= (uint8_t)~(1 << (pin % 8));
  hal_pin_mode(pin, mode == HAL_ANALOG ? HAL_INPUT : mode);
  ports_new |= (uint16_t)(1u << (pin / 8));
}

void pins_write(uint8_t pin, bool high) {
  if (!pins_usable(pin)) return;
  const uint8_t bit = (uint8_t)(1 << (pin % 8));
  /* Writing an input high switches its pull-up on, as old hosts expect. */
  if (modes[pin] == HAL_INPUT && high) pins_set_mode(pin, HAL_PULLUP);
  if (modes[pin] != HAL_OUTPUT) return;
  if (high) written[pin / 8] |= bit;
  else written[pin / 8] &= (uint8_t)~bit;
  hal_pin_write(pin, high);
}

void pins_write_port(uint8_t port, uint8_t bits) {
  for (uint8_t bit = 0; bit < 8; bit++) {
    const uint8_t pin = (uint8_t)(port * 8 + bit);
    /* A port holds pins of all modes: only outputs are meant. */
    if (pins_usable(pin) && modes[pin] == HAL_OUTPUT) pins_write(pin, (bits >> bit) & 1);
  }
}

void pins_report_port(uint8_t port, bool on) {
  if (port >= PORTS) return;
  const uint16_t bit = (uint16_t)(1u << port);
  if (on) ports_on |= bit;
  else ports_on &= (uint16_t)~bit;
  ports_new |= bit;
}

void pins_report_analog(uint8_t channel, bool on) {
  if (channel >= hal_chip.analogs || !pins_usable((uint8_t)(hal_chip.first_analog + channel))) return;
  const uint16_t bit = (uint16_t)(1u << channel);
  if (on) analogs_on |= bit;
  else analogs_on &= (uint16_t)~bit;
}

void pins_sampling(uint16_t interval_ms) { sampling_ms = interval_ms > 0 ? interval_ms : 1; }

void pins_pass_ms(void) {
  if (++sampled_ms < sampling_ms) return;
  sampled_ms = 0;
  channel_due = 0;
}

static void report(uint8_t command, uint16_t value) {
  hal_uart_write(command);
  hal_uart_write(value & 0x7F);
  hal_uart_write((value >> 7) & 0x7F);
}

static uint8_t port_level(uint8_t port) {
  uint8_t level = 0;
  for (uint8_t bit = 0; bit < 8; bit++) {
    const uint8_t pin = (uint8_t)(port * 8 + bit);
    if (!pins_usable(pin) || (modes[pin] != HAL_INPUT && modes[pin] != HAL_PULLUP)) continue;
    if (hal_pin_read(pin)) level |= (uint8_t)(1 << bit);
  }
  return level;
}

static void report_ports(void) {
  for (uint8_t port = 0; port < PORTS; port++) {
    const uint16_t bit = (uint16_t)(1u << port);
    if (!(ports_on & bit)) continue;
    const uint8_t level = port_level(port);
    if (level == told[port] && !(ports_new & bit)) continue;
    if (hal_uart_room() < REPORT_BYTES) return;
    ports_new &= (uint16_t)~bit;
    told[port] = level;
    report((uint8_t)(DIGITAL_REPORT | port), level);
  }
}

void pins_step(void) {
  report_ports();
  if (channel_due >= hal_chip.analogs || hal_uart_room() < REPORT_BYTES) return;
  /* One conversion a turn: the beams do not wait for sixteen. */
  const uint8_t channel = channel_due++;
  if ((analogs_on >> channel) & 1) report((uint8_t)(ANALOG_REPORT | channel), hal_analog_read(channel));
}
