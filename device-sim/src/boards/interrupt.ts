/** How avr8js describes an interrupt; it has no name for it at its door. */
import type { CPU } from "avr8js";

export type Interrupt = Parameters<CPU["queueInterrupt"]>[0];
