// Measures on the chip itself what the processor promises, and prints it.
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include "print.h"

static volatile uint8_t steps, after_sei, after_reti, ticks;
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
	flush();
	cli();
	sleep_cpu();
}
