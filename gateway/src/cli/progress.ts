/** A progress bar on stderr: redrawn in place on a terminal, a line every tenth elsewhere. */
import type { Clock } from "@gatehouse/protocol";

const WIDTH = 30;
const EVERY_MS = 100;

export interface Progress {
  /** `share` from 0 to 1, and a word beside the bar. */
  at(share: number, note: string): void;
  end(note: string): void;
}

export function progressBar(label: string, clock: Clock, out: NodeJS.WriteStream = process.stderr): Progress {
  let nextMs = 0;
  let tenth = 0;
  const draw = (share: number, note: string) => {
    const done = Math.round(Math.min(1, share) * WIDTH);
    const percent = `${Math.floor(Math.min(1, share) * 100)} %`.padStart(5);
    return `${label} [${"#".repeat(done)}${".".repeat(WIDTH - done)}] ${percent} ${note}`;
  };
  return {
    at(share, note) {
      if (!out.isTTY) {
        if (share * 10 < tenth + 1) return;
        tenth = Math.floor(share * 10);
        out.write(`${draw(share, note)}\n`);
        return;
      }
      if (clock.monoMs() < nextMs) return;
      nextMs = clock.monoMs() + EVERY_MS;
      out.write(`\r\x1b[K${draw(share, note)}`);
    },
    end(note) {
      if (out.isTTY) out.write(`\r\x1b[K${draw(1, note)}\n`);
      else if (tenth < 10) out.write(`${draw(1, note)}\n`);
    },
  };
}
