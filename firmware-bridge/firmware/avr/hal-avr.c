/* Registers of the ATmega328P and ATmega2560: tick, pins, analog, EEPROM, watchdog, reset cause, stack. */
#include "hal-avr.h"
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <avr/wdt.h>
#include <util/atomic.h>
#include "board-pins.h"
#include "hal.h"
#include "uart.h"
#include "wire.h"

#define PAINT 0xC5
#define LOOP_TICK_US 4 /* timer 1 at F_CPU / 64 */

const struct hal_chip hal_chip = CHIP;

static uint8_t cause __attribute__((section(".noinit")));
static volatile uint8_t ticks;
static uint16_t turn_began;
static uint16_t longest_turn;
extern uint8_t __heap_start;

/* Before main and before the variables are set: a watchdog that has bitten goes on biting until it is told. */
void early(void) __attribute__((naked, used, section(".init3")));
void early(void) {
  cause = MCUSR & 0x0F;
  MCUSR = 0;
  wdt_disable();
  for (uint8_t *at = &__heap_start; at < (uint8_t *)SP; at++) *at = PAINT;
}

ISR(TIMER0_COMPA_vect) {
  if (ticks < 255) ticks++;
}

void hal_start(void) {
  wdt_enable(WDTO_1S);
  TCCR0A = _BV(WGM01);
  OCR0A = F_CPU / 64 / 1000 - 1;
  TCCR0B = _BV(CS01) | _BV(CS00);
  TIMSK0 = _BV(OCIE0A);
  TCCR1B = _BV(CS11) | _BV(CS10);
  ADCSRA = _BV(ADEN) | _BV(ADPS2) | _BV(ADPS1) | _BV(ADPS0);
  uart_start();
  set_sleep_mode(SLEEP_MODE_IDLE);
  sei();
}

void hal_turn_begins(void) { turn_began = TCNT1; }

void hal_turn_ends(void) {
  const uint16_t took = TCNT1 - turn_began;
  if (took > longest_turn) longest_turn = took;
  cli();
  if (ticks == 0 && !uart_heard()) {
    sleep_enable();
    sei();
    sleep_cpu();
    sleep_disable();
  }
  sei();
}

uint8_t hal_reset_cause(void) { return cause; }

uint8_t hal_elapsed_ms(void) {
  uint8_t elapsed;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    elapsed = ticks;
    ticks = 0;
  }
  return elapsed;
}

uint16_t hal_loop_us(void) { return longest_turn > UINT16_MAX / LOOP_TICK_US ? UINT16_MAX : longest_turn * LOOP_TICK_US; }

uint16_t hal_stack_free(void) {
  const uint8_t *at = &__heap_start;
  while (at < (const uint8_t *)SP && *at == PAINT) at++;
  return (uint16_t)(at - &__heap_start);
}

void hal_watchdog_pet(void) { wdt_reset(); }

/* What RAM held when the power came differs from chip to chip; the noise of open analog pins and the tick do the rest. */
uint16_t hal_chance(void) {
  uint16_t crc = 0;
  for (const uint8_t *at = (const uint8_t *)RAMSTART; at <= (const uint8_t *)RAMEND; at++) crc = crc16(crc, at, 1);
  for (uint8_t i = 0; i < 64; i++) {
    const uint16_t noise = hal_analog_read(i % hal_chip.analogs) ^ (uint16_t)(TCNT0 << 8);
    crc = crc16(crc, &noise, sizeof noise);
  }
  return crc;
}

/* The linker's names: where the values of variables lie in flash, behind all code, and how many there are. */
extern const uint8_t __data_load_end;

uint16_t hal_image_bytes(void) { return (uint16_t)&__data_load_end; }
uint8_t hal_image_read(uint16_t at) { return pgm_read_byte(at); }

static volatile uint8_t *pin_register(uint8_t pin) { return (volatile uint8_t *)pgm_read_ptr(&board_pins[pin].pin); }
static uint8_t pin_mask(uint8_t pin) { return pgm_read_byte(&board_pins[pin].mask); }

static void set_bit(volatile uint8_t *at, uint8_t mask, bool on) {
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    if (on) *at |= mask;
    else *at &= (uint8_t)~mask;
  }
}

void hal_pin_mode(uint8_t pin, uint8_t mode) {
  volatile uint8_t *at = pin_register(pin);
  const uint8_t mask = pin_mask(pin);
  set_bit(at + 1, mask, mode == HAL_OUTPUT);
  if (mode != HAL_OUTPUT) set_bit(at + 2, mask, mode == HAL_PULLUP);
}

bool hal_pin_read(uint8_t pin) { return *pin_register(pin) & pin_mask(pin); }

void hal_pin_write(uint8_t pin, bool high) { set_bit(pin_register(pin) + 2, pin_mask(pin), high); }

uint16_t hal_analog_read(uint8_t channel) {
  ADMUX = _BV(REFS0) | (channel & 7);
#ifdef MUX5
  ADCSRB = channel & 8 ? _BV(MUX5) : 0;
#endif
  ADCSRA |= _BV(ADSC);
  while (ADCSRA & _BV(ADSC)) continue;
  return ADC;
}

bool hal_eeprom_idle(void) { return !(EECR & _BV(EEPE)); }

uint8_t hal_eeprom_read(uint16_t address) {
  while (!hal_eeprom_idle()) continue;
  EEAR = address;
  EECR |= _BV(EERE);
  return EEDR;
}

void hal_eeprom_write(uint16_t address, uint8_t value) {
  EEAR = address;
  EEDR = value;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    EECR |= _BV(EEMPE);
    EECR |= _BV(EEPE);
  }
}
