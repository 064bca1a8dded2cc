// Lines on the UART, by polling, at 115,200 baud.
#include <avr/io.h>

static inline void put(char c)
{
	while (!(UCSR0A & _BV(UDRE0)))
		;
	UDR0 = c;
}

static inline void number(uint16_t value)
{
	char digits[5];
	uint8_t n = 0;
	do
		digits[n++] = '0' + value % 10;
	while (value /= 10);
	while (n)
		put(digits[--n]);
}

static inline void line(const char *name, uint16_t value)
{
	while (*name)
		put(*name++);
	put(' ');
	number(value);
	put('\n');
}

// So that what stands in the buffers is out before the line goes dead.
static inline void flush(void)
{
	while (!(UCSR0A & _BV(UDRE0)))
		;
	for (volatile uint16_t wait = 0; wait < 2000; wait++)
		;
}

static inline void start_printing(void)
{
	UBRR0 = 16;
	UCSR0A = _BV(U2X0);
	UCSR0B = _BV(TXEN0);
}
