// Counts its starts in RAM that survives a reset and in EEPROM, says why it started, and then lets the watchdog bite.
#include <avr/eeprom.h>
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/wdt.h>
#include "print.h"

static uint8_t cause __attribute__((section(".noinit")));
static uint8_t kept __attribute__((section(".noinit")));

void early(void) __attribute__((naked, used, section(".init3")));
void early(void)
{
	cause = MCUSR;
	MCUSR = 0;
	wdt_disable();
}

int main(void)
{
	start_printing();
	DDRB = _BV(5);
	PORTB = _BV(5);
	kept = cause & _BV(PORF) ? 1 : kept + 1;
	uint8_t boots = eeprom_read_byte((uint8_t *)7) + 1;
	eeprom_write_byte((uint8_t *)7, boots);
	line("cause", cause);
	line("kept", kept);
	line("boots", boots);
	line("input", PINB & 1);
	flush();
	wdt_enable(WDTO_120MS);
	cli();
	for (;;)
		;
}
