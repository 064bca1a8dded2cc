/* The door node: puts the modules together. */
#ifndef NODE_H
#define NODE_H

/* Once, after the hardware is ready. Secures the locks first; waits until the boot number is in EEPROM. */
void node_start(void);
/* One turn of the main loop; never waits. */
void node_turn(void);

#endif
