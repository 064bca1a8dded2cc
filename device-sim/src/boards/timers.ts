/** The board's timers: those of avr8js, with flags that only go when the program clears them. */
import { AVRTimer, type AVRTimerConfig, type CPU } from "avr8js";

/** avr8js overwrites the flag register with what is written to it: clearing one flag would lose the others. */
export function attachTimer(cpu: CPU, config: AVRTimerConfig): void {
  new AVRTimer(cpu, config);
  const clear = cpu.writeHooks[config.TIFR];
  cpu.writeHooks[config.TIFR] = (value, before, address, mask) => {
    clear?.(value, before, address, mask);
    cpu.data[config.TIFR] = before & ~value;
    return true;
  };
}
