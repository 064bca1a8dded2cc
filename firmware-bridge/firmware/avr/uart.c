/* USART0, interrupt driven both ways: 57600 baud, 8N1. */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <util/atomic.h>
#include "hal.h"
#include "uart.h"

/* Powers of two. While a board tells its pins it reads nothing: the larger one talks for 100 ms. */
#ifdef __AVR_ATmega2560__
#define RX_SIZE 256
#else
#define RX_SIZE 64
#endif
#define TX_SIZE 128
#define BAUD 57600UL
#define DIVISOR ((F_CPU + 4 * BAUD) / (8 * BAUD) - 1)

#ifdef USART_RX_vect
#define RX_VECTOR USART_RX_vect
#define EMPTY_VECTOR USART_UDRE_vect
#else
#define RX_VECTOR USART0_RX_vect
#define EMPTY_VECTOR USART0_UDRE_vect
#endif

static volatile uint8_t rx[RX_SIZE], rx_in, rx_out;
static volatile uint8_t tx[TX_SIZE], tx_in, tx_out;
static volatile uint16_t overruns;

void uart_start(void) {
  UBRR0 = DIVISOR;
  UCSR0A = _BV(U2X0);
  UCSR0C = _BV(UCSZ01) | _BV(UCSZ00);
  UCSR0B = _BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0);
}

ISR(RX_VECTOR) {
  const uint8_t status = UCSR0A;
  const uint8_t byte = UDR0;
  const uint8_t next = (uint8_t)(rx_in + 1) % RX_SIZE;
  if (status & _BV(DOR0)) overruns++;
  if (next == rx_out) {
    overruns++;
    return;
  }
  rx[rx_in] = byte;
  rx_in = next;
}

ISR(EMPTY_VECTOR) {
  if (tx_in == tx_out) {
    UCSR0B &= (uint8_t)~_BV(UDRIE0);
    return;
  }
  UDR0 = tx[tx_out];
  tx_out = (uint8_t)(tx_out + 1) % TX_SIZE;
}

bool uart_heard(void) { return rx_in != rx_out; }

int16_t hal_uart_read(void) {
  if (!uart_heard()) return -1;
  const uint8_t byte = rx[rx_out];
  rx_out = (uint8_t)(rx_out + 1) % RX_SIZE;
  return byte;
}

uint8_t hal_uart_room(void) { return (uint8_t)(tx_out - tx_in - 1) % TX_SIZE; }

void hal_uart_write(uint8_t byte) {
  const uint8_t next = (uint8_t)(tx_in + 1) % TX_SIZE;
  if (next == tx_out) return;
  tx[tx_in] = byte;
  tx_in = next;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) { UCSR0B |= _BV(UDRIE0); }
}

uint16_t hal_uart_overruns(void) {
  uint16_t count;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) { count = overruns; }
  return count;
}
