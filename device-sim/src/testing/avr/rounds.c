// What a door node's firmware does all day: a tick a millisecond, a look at each input, a few bytes now and then, and sleep.
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>

static volatile uint8_t ticks;
static uint16_t steady[6];
static uint8_t level[6];

ISR(TIMER0_COMPA_vect)
{
	ticks++;
}

static void look(uint8_t pins)
{
	for (uint8_t i = 0; i < 6; i++) {
		uint8_t now = (pins >> (2 + i)) & 1;
		if (now == level[i])
			steady[i] = 0;
		else if (++steady[i] == 30)
			level[i] = now;
	}
}

int main(void)
{
	UBRR0 = 34;
	UCSR0A = _BV(U2X0);
	UCSR0B = _BV(TXEN0);
	TCCR0A = _BV(WGM01);
	OCR0A = 249;
	TCCR0B = _BV(CS01) | _BV(CS00);
	TIMSK0 = _BV(OCIE0A);
	TCCR1B = _BV(CS11) | _BV(CS10);
	set_sleep_mode(SLEEP_MODE_IDLE);
	sleep_enable();
	sei();
	for (uint8_t done = 0;;) {
		while (done != ticks) {
			look(PIND);
			if (++done % 64 == 0 && UCSR0A & _BV(UDRE0))
				UDR0 = done;
		}
		sleep_cpu();
	}
}
