/* USART0 beside what hal.h has of it. */
#ifndef UART_H
#define UART_H
#include <stdbool.h>

void uart_start(void);
bool uart_heard(void);

#endif
