/* The pins a Firmata host may use: modes, levels, reports. Pins with a role are not among them, whatever is asked. */
#ifndef PINS_H
#define PINS_H
#include <stdbool.h>
#include <stdint.h>

/* All free pins to input, all reports off. */
void pins_start(void);
bool pins_usable(uint8_t pin);
/* Analog channel of a pin, or NO_PIN. */
uint8_t pins_channel(uint8_t pin);
uint8_t pins_mode(uint8_t pin);
/* What was last written. */
uint8_t pins_value(uint8_t pin);
void pins_set_mode(uint8_t pin, uint8_t mode);
void pins_write(uint8_t pin, bool high);
void pins_write_port(uint8_t port, uint8_t bits);
void pins_report_port(uint8_t port, bool on);
void pins_report_analog(uint8_t channel, bool on);
void pins_sampling(uint16_t interval_ms);
void pins_pass_ms(void);
/* Sends the reports that are due, as far as there is room. */
void pins_step(void);

#endif
