// Answers each change of its inputs on its outputs: pin change and external interrupts, pull-ups, and a byte to EEPROM when told.
#include <avr/eeprom.h>
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include "print.h"

static volatile uint8_t rises, changes;

ISR(INT0_vect)
{
	rises++;
}

ISR(PCINT0_vect)
{
	changes++;
	PORTB = (PORTB & ~_BV(5)) | (PINB & _BV(0) ? _BV(5) : 0);
}

int main(void)
{
	start_printing();
	DDRB = _BV(5);
	PORTB = _BV(0) | _BV(1);
	EICRA = _BV(ISC01) | _BV(ISC00);
	EIMSK = _BV(INT0);
	PCMSK0 = _BV(PCINT0);
	PCIFR = _BV(PCIF0);
	PCICR = _BV(PCIE0);
	set_sleep_mode(SLEEP_MODE_IDLE);
	sleep_enable();
	sei();
	for (uint8_t said = 0xff;;) {
		uint8_t seen = rises + changes;
		if (seen != said) {
			said = seen;
			line("rises", rises);
			line("changes", changes);
			line("pulled", (PINB >> 1) & 1);
			eeprom_write_byte((uint8_t *)(uint16_t)(changes & 0xff), 0x5a);
		}
		cli();
		if (rises + changes == said) {
			sei();
			sleep_cpu();
		}
		sei();
	}
}
