// Does not look at what it hears for a while, then sends what is left of it, each byte behind its error flags.
#include <avr/io.h>
#include "print.h"

int main(void)
{
	start_printing();
	UCSR0B |= _BV(RXEN0);
	for (volatile uint16_t wait = 0; wait < 20000; wait++)
		;
	for (;;) {
		uint8_t flags = UCSR0A & (_BV(RXC0) | _BV(FE0) | _BV(DOR0));
		if (!flags)
			continue;
		put(flags);
		put(UDR0);
	}
}
