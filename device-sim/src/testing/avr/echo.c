// Sends back every byte it hears, by interrupts both ways, and sleeps in between.
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>

static volatile uint8_t ring[256], head, tail;

#ifdef USART0_RX_vect
ISR(USART0_RX_vect)
#else
ISR(USART_RX_vect)
#endif
{
	ring[head++] = UDR0;
	UCSR0B |= _BV(UDRIE0);
}

#ifdef USART0_UDRE_vect
ISR(USART0_UDRE_vect)
#else
ISR(USART_UDRE_vect)
#endif
{
	UDR0 = ring[tail++];
	if (head == tail)
		UCSR0B &= ~_BV(UDRIE0);
}

int main(void)
{
#if BAUD == 115200
	UCSR0A = _BV(U2X0);
#endif
	UBRR0 = 16;
	UCSR0B = _BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0);
	set_sleep_mode(SLEEP_MODE_IDLE);
	sleep_enable();
	sei();
	for (;;)
		sleep_cpu();
}
