/** A terminal that shows the figures of a line and the end of its dialogue, redrawn in place; elsewhere the dialogue runs through. */
import type { Clock } from "@gatehouse/protocol";
import type { Language } from "../words/said.ts";
import type { Entry } from "./entry.ts";
import { dialogueLine } from "./table.ts";

const REDRAW_MS = 500;
const KEPT_LINES = 200;
/** Rows left free below the dialogue. */
const MARGIN = 1;

export interface Screen {
  note(entry: Entry): void;
  say(text: string): void;
  /** Leaves the last figures on the terminal, where there are any. */
  end(empty: boolean): void;
}

/** `head` and `figures` are asked for at every redraw. */
export function openScreen(
  clock: Clock,
  out: NodeJS.WriteStream,
  head: () => string,
  figures: () => string,
  language: Language = "en",
): Screen {
  const line = (entry: Entry) => dialogueLine(entry, language);
  return out.isTTY ? redrawn(clock, out, head, figures, line) : running(out, figures, line);
}

type Line = (entry: Entry) => string;

function running(out: NodeJS.WriteStream, figures: () => string, line: Line): Screen {
  return {
    note: (entry) => void out.write(`${line(entry)}\n`),
    say: (text) => void out.write(`${text}\n`),
    end: (empty) => void out.write(empty ? "" : `\n${figures()}\n`),
  };
}

function redrawn(clock: Clock, out: NodeJS.WriteStream, head: () => string, figures: () => string, line: Line): Screen {
  const lines: string[] = [];
  let cancel = () => {};
  const add = (line: string) => {
    lines.push(line);
    if (lines.length > KEPT_LINES) lines.shift();
  };
  const draw = () => {
    const top = `${head()}\n\n${figures()}\n`.split("\n");
    const room = Math.max(0, out.rows - top.length - MARGIN);
    const all = [...top, ...(room === 0 ? [] : lines.slice(-room))].map((line) => line.slice(0, out.columns));
    out.write(`\x1b[H\x1b[J${all.join("\n")}`);
    cancel = clock.after(REDRAW_MS, draw);
  };
  out.write("\x1b[?1049h");
  draw();
  return {
    note: (entry) => add(line(entry)),
    say: add,
    end: (empty) => {
      cancel();
      out.write(`\x1b[?1049l${empty ? "" : `${figures()}\n`}`);
    },
  };
}
