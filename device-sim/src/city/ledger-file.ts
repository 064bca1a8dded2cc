/** The city's record on disk: a line for every arrival, there before the receipt leaves. */
import { closeSync, openSync, writeSync } from "node:fs";
import type { CloudEvent } from "@gatehouse/protocol";
import type { Via } from "./ledger.ts";

/** One line of the file. */
export interface LedgerLine {
  /** World time of arrival, ms since 1970. */
  readonly receivedAtMs: number;
  readonly via: Via;
  readonly outcome: "new" | "duplicate" | "rejected";
  readonly event: CloudEvent;
}

/** Appends to what is there. Written to the operating system before {@link flush} returns, so a killed process loses nothing. */
export class LedgerFile {
  readonly #fd: number;
  #lines: string[] = [];

  constructor(path: string) {
    this.#fd = openSync(path, "a");
  }

  add(receivedAtMs: number, via: Via, outcome: LedgerLine["outcome"], event: CloudEvent): void {
    this.#lines.push(JSON.stringify({ receivedAtMs, via, outcome, event } satisfies LedgerLine));
  }

  flush(): void {
    if (this.#lines.length === 0) return;
    writeSync(this.#fd, `${this.#lines.join("\n")}\n`);
    this.#lines = [];
  }

  close(): void {
    this.flush();
    closeSync(this.#fd);
  }
}
