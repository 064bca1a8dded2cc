/* What the modules ask of the board. avr/ answers with registers, host/ with a simulated board; nothing else knows which. */
#ifndef HAL_H
#define HAL_H
#include <stdbool.h>
#include <stdint.h>

/* Variables that keep their content over a reset that does not cut the power. */
#ifdef __AVR__
#define HAL_KEPT __attribute__((section(".noinit")))
#else
#define HAL_KEPT __attribute__((section("kept")))
#endif

/* Variables of such a function are on the stack only while it runs; inlined they would stand in main's frame for ever. */
#define HAL_OWN_FRAME __attribute__((noinline))

/* Sized by the chip; the host build may choose another ring to reach its end sooner. */
#ifndef JOURNAL_RING
#ifdef __AVR_ATmega2560__
#define JOURNAL_RING 960
#else
#define JOURNAL_RING 144
#endif
#endif

#ifdef __AVR_ATmega328P__
#define HAL_MAX_PINS 20
#else
#define HAL_MAX_PINS 70
#endif

enum { HAL_INPUT = 0x00, HAL_OUTPUT = 0x01, HAL_ANALOG = 0x02, HAL_PULLUP = 0x0B };
enum { HAL_POWER_ON = 1, HAL_RESET_LINE = 2, HAL_BROWN_OUT = 4, HAL_WATCHDOG = 8 };

struct hal_chip {
  uint8_t id; /* 1 ATmega328P, 2 ATmega2560 */
  uint8_t pins;
  uint8_t first_analog; /* pin of analog channel 0 */
  uint8_t analogs;
  uint16_t eeprom_bytes;
};
extern const struct hal_chip hal_chip;

/* Why the board started: the bits above, 0 when unknown. */
uint8_t hal_reset_cause(void);
/* Milliseconds since the last call, at most 255. */
uint8_t hal_elapsed_ms(void);
/* Longest turn of the main loop so far. */
uint16_t hal_loop_us(void);
/* Least bytes ever free between data and stack. */
uint16_t hal_stack_free(void);
void hal_watchdog_pet(void);
/* A number by chance, as good as the board has one; before anything is written to the RAM that is kept. */
uint16_t hal_chance(void);

/* The program in flash, without its check of two bytes, low one first, which stands behind it. */
uint16_t hal_image_bytes(void);
uint8_t hal_image_read(uint16_t at);

void hal_pin_mode(uint8_t pin, uint8_t mode);
bool hal_pin_read(uint8_t pin);
void hal_pin_write(uint8_t pin, bool high);
uint16_t hal_analog_read(uint8_t channel);

uint8_t hal_eeprom_read(uint16_t address);
/* False while the last write is still under way; a write before then is lost. */
bool hal_eeprom_idle(void);
void hal_eeprom_write(uint16_t address, uint8_t value);

/* Next byte heard, or -1. */
int16_t hal_uart_read(void);
/* Bytes the transmitter can take without waiting. */
uint8_t hal_uart_room(void);
void hal_uart_write(uint8_t byte);
/* Bytes the receiver lost since the start. */
uint16_t hal_uart_overruns(void);

#endif
