// Sends its inputs on port D whenever they change, and puts the lowest bit of what it hears on the lock's pin.
#include <avr/io.h>
#include "print.h"

int main(void)
{
	start_printing();
	UCSR0B |= _BV(RXEN0);
	DDRB = _BV(0);
	PORTD = 0xfc;
	for (uint8_t before = 1;;) {
		uint8_t now = PIND & 0xfc;
		if (now != before)
			put(now);
		before = now;
		if (UCSR0A & _BV(RXC0))
			PORTB = UDR0 & 1;
	}
}
