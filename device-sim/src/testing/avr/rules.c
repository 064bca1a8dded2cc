// Measures on the chip itself what the processor promises, and prints it.
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include "print.h"

static volatile uint8_t after_sei, after_reti, ticks, empties;
static volatile uint16_t at;
static uint8_t mode;

ISR(TIMER0_COMPA_vect)
{
	if (mode == 0) {
		at = TCNT1;
		ticks++;
	} else if (mode == 1) {
		after_sei = GPIOR0;
		TIMSK0 = 0;
	}
}

ISR(TIMER0_COMPB_vect)
{
	after_reti = GPIOR0;
	TIMSK0 = 0;
}

ISR(TIMER1_COMPA_vect)
{
	at = TCNT1;
	ticks++;
}

// Does not write: as long as there is room, it is called again.
#ifdef USART0_UDRE_vect
ISR(USART0_UDRE_vect)
#else
ISR(USART_UDRE_vect)
#endif
{
	if (++empties == 3)
		UCSR0B &= ~_BV(UDRIE0);
}

static void until_tick(void)
{
	uint8_t before = ticks;
	while (ticks == before)
		sleep_cpu();
}

int main(void)
{
	start_printing();
	set_sleep_mode(SLEEP_MODE_IDLE);
	sleep_enable();

	// A tick each 250 x 8 cycles, timed by another timer that counts every cycle.
	TCCR1B = _BV(CS10);
	TCCR0A = _BV(WGM01);
	OCR0A = 249;
	TCNT0 = 0;
	TCCR0B = _BV(CS01);
	TIFR0 = _BV(OCF0A);
	TIMSK0 = _BV(OCIE0A);
	sei();
	until_tick();
	uint16_t times[5];
	for (uint8_t i = 0; i < 5; i++) {
		until_tick();
		times[i] = at;
	}
	cli();
	for (uint8_t i = 1; i < 5; i++)
		line("period", times[i] - times[i - 1]);

	// An interrupt that waits already, and instructions that count behind SEI.
	mode = 1;
	GPIOR0 = 0;
	while (!(TIFR0 & _BV(OCF0A)))
		;
	__asm__ volatile("ldi r24, 1\n\tldi r25, 2\n\tsei\n\tout %0, r24\n\tout %0, r25\n\tnop\n\tcli"
			 :
			 : "I"(_SFR_IO_ADDR(GPIOR0))
			 : "r24", "r25");
	line("sei", after_sei);

	// Two that wait: between the end of the first and the begin of the second one instruction of the main program.
	mode = 2;
	OCR0B = 100;
	TIFR0 = _BV(OCF0A) | _BV(OCF0B);
	while ((TIFR0 & (_BV(OCF0A) | _BV(OCF0B))) != (_BV(OCF0A) | _BV(OCF0B)))
		;
	GPIOR0 = 0;
	TIMSK0 = _BV(OCIE0A) | _BV(OCIE0B);
	__asm__ volatile("ldi r24, 1\n\tldi r25, 2\n\tsei\n\tnop\n\tout %0, r24\n\tout %0, r25\n\tnop\n\tcli"
			 :
			 : "I"(_SFR_IO_ADDR(GPIOR0))
			 : "r24", "r25");
	line("reti", after_reti);

	// Clearing one flag leaves the other.
	while ((TIFR0 & (_BV(OCF0A) | _BV(OCF0B))) != (_BV(OCF0A) | _BV(OCF0B)))
		;
	TIFR0 = _BV(OCF0A);
	line("flag", (TIFR0 & _BV(OCF0B)) != 0);

	while (!(UCSR0A & _BV(UDRE0)))
		;
	sei();
	UCSR0B |= _BV(UDRIE0);
	for (volatile uint8_t wait = 0; wait < 100; wait++)
		;
	cli();
	line("empty", empties);

	// The way into an interrupt takes four cycles more out of sleep.
	TCCR0B = 0;
	OCR1A = 4999;
	TCNT1 = 0;
	TCCR1B = _BV(WGM12) | _BV(CS10);
	TIFR1 = _BV(OCF1A);
	TIMSK1 = _BV(OCIE1A);
	sei();
	until_tick();
	uint16_t asleep = at;
	for (uint16_t wait = 0; wait < 1250; wait++)
		__asm__ volatile("nop");
	while (TCNT1 < 4900)
		;
	__asm__ volatile(".rept 200\n\tnop\n\t.endr");
	cli();
	line("waking", asleep - at);
	flush();
	cli();
	sleep_cpu();
}
