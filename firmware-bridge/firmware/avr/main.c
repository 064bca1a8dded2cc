/* Entry of the door node on an AVR. */
#include "hal-avr.h"
#include "node.h"

int main(void) {
  hal_start();
  node_start();
  for (;;) {
    hal_turn_begins();
    node_turn();
    hal_turn_ends();
  }
}
