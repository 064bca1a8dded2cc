/** The little of johnny-five and firmata-io that is used; neither brings types. */

declare module "johnny-five" {
  import type { EventEmitter } from "node:events";

  interface Board extends EventEmitter {
    readonly isReady: boolean;
  }
  interface Switch extends EventEmitter {
    readonly isOpen: boolean;
  }
  interface Motion extends EventEmitter {
    readonly detectedMotion: boolean;
  }
  interface Sensor extends EventEmitter {
    readonly raw: number | null;
  }
  interface Led {
    on(): Led;
    off(): Led;
    blink(ms: number): Led;
    stop(): Led;
  }
  interface OnBoard {
    readonly board: Board;
    readonly pin: string | number;
  }

  const five: {
    readonly Board: new (options: object) => Board;
    readonly Switch: new (options: OnBoard & { readonly type: "NO" | "NC"; readonly invert?: boolean }) => Switch;
    readonly Motion: new (options: OnBoard) => Motion;
    readonly Sensor: new (options: OnBoard & { readonly freq: number }) => Sensor;
    readonly Led: new (options: OnBoard) => Led;
  };
  export = five;
}

declare module "firmata-io" {
  import type { EventEmitter } from "node:events";

  interface FirmataIo extends EventEmitter {
    readonly MODES: {
      readonly INPUT: number;
      readonly OUTPUT: number;
      readonly ANALOG: number;
    };
    readonly pins: readonly { readonly supportedModes: readonly number[] }[];
    /** Pin numbers of A0, A1 … */
    readonly analogPins: readonly number[];
  }
  const firmata: { readonly Firmata: new (transport: object, options: object) => FirmataIo };
  export = firmata;
}
