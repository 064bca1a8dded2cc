/* Arduino pin numbers -> ports, by chip. */
#ifndef BOARD_PINS_H
#define BOARD_PINS_H
#include <avr/io.h>
#include <avr/pgmspace.h>
#include <stdint.h>

/* DDR and PORT stand one and two behind PIN on every port of these chips. */
struct board_pin {
  volatile uint8_t *pin;
  uint8_t mask;
};
#define P(letter, bit) {&PIN##letter, 1 << (bit)}

#if defined(__AVR_ATmega328P__)
static const struct board_pin board_pins[] PROGMEM = {
    P(D, 0), P(D, 1), P(D, 2), P(D, 3), P(D, 4), P(D, 5), P(D, 6), P(D, 7), P(B, 0), P(B, 1),
    P(B, 2), P(B, 3), P(B, 4), P(B, 5), P(C, 0), P(C, 1), P(C, 2), P(C, 3), P(C, 4), P(C, 5),
};
#define CHIP {1, 20, 14, 6, 1024}
#elif defined(__AVR_ATmega2560__)
static const struct board_pin board_pins[] PROGMEM = {
    P(E, 0), P(E, 1), P(E, 4), P(E, 5), P(G, 5), P(E, 3), P(H, 3), P(H, 4), P(H, 5), P(H, 6),
    P(B, 4), P(B, 5), P(B, 6), P(B, 7), P(J, 1), P(J, 0), P(H, 1), P(H, 0), P(D, 3), P(D, 2),
    P(D, 1), P(D, 0), P(A, 0), P(A, 1), P(A, 2), P(A, 3), P(A, 4), P(A, 5), P(A, 6), P(A, 7),
    P(C, 7), P(C, 6), P(C, 5), P(C, 4), P(C, 3), P(C, 2), P(C, 1), P(C, 0), P(D, 7), P(G, 2),
    P(G, 1), P(G, 0), P(L, 7), P(L, 6), P(L, 5), P(L, 4), P(L, 3), P(L, 2), P(L, 1), P(L, 0),
    P(B, 3), P(B, 2), P(B, 1), P(B, 0), P(F, 0), P(F, 1), P(F, 2), P(F, 3), P(F, 4), P(F, 5),
    P(F, 6), P(F, 7), P(K, 0), P(K, 1), P(K, 2), P(K, 3), P(K, 4), P(K, 5), P(K, 6), P(K, 7),
};
#define CHIP {2, 70, 54, 16, 4096}
#else
#error "no pins known for this chip"
#endif

#endif
