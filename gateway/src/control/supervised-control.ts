/** The control socket as the supervisor wants it: made anew whenever it breaks. */
import type { Runnable } from "../core/ports.ts";
import { type ControlOptions, ControlSocket } from "./control-socket.ts";

export interface SupervisedControl {
  readonly id: string;
  make(up: () => void): Runnable;
  /** Resolves when the socket is open, or could not be opened at first. */
  readonly tried: Promise<void>;
}

export function supervisedControl(options: Omit<ControlOptions, "onListening">): SupervisedControl {
  const tried = Promise.withResolvers<void>();
  return {
    id: "control",
    tried: tried.promise,
    make: (up) => {
      const onListening = () => {
        up();
        tried.resolve();
      };
      const socket = new ControlSocket({ ...options, onListening });
      return { id: socket.id, run: (signal) => socket.run(signal).finally(tried.resolve) };
    },
  };
}
