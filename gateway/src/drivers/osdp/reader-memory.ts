/** What the gateway must not forget of one reader: its keys, what it was found to be, doubts, and the installation window. */
import { fromHex, INSTALL_WINDOW_MS, type Pins } from "@gatehouse/protocol";
import { z } from "zod";
import type { Logger, Vault } from "../../core/ports.ts";

const Key = z.string().regex(/^[0-9a-f]{32}$/);

const Memory = z.strictObject({
  v: z.literal(1).default(1),
  /** Proved by the reader. */
  current: Key.optional(),
  /** On its way to the reader: it may have it or not. */
  pending: Key.optional(),
  pins: z.strictObject({ vendor: z.string(), model: z.int(), serial: z.int(), security: z.boolean() }).optional(),
  /** Not used until an operator says that it is right. */
  doubt: z.strictObject({ why: z.enum(["changed", "downgraded"]), detail: z.string() }).optional(),
  /** When an operator opened the window, on both clocks: it is over when either says so. */
  window: z.strictObject({ wallMs: z.number(), monoMs: z.number(), forMs: z.number() }).optional(),
  /** `secure: install` has had its window; it opens no second one by itself. */
  siteWindowUsed: z.boolean().optional(),
});
type MemoryState = z.infer<typeof Memory>;

export class ReaderMemory {
  readonly #vault: Vault;
  readonly #name: string;
  #state: MemoryState;

  /** `load` makes one of what is on disk. */
  constructor(vault: Vault, name: string, state: MemoryState) {
    this.#vault = vault;
    this.#name = name;
    this.#state = state;
  }

  /** A file that cannot be read is put aside, not overwritten: it may hold the only copy of a key. */
  static async load(vault: Vault, device: string, log: Logger): Promise<ReaderMemory> {
    const name = `${device}.json`;
    const content = await vault.read(name);
    if (content === undefined) return new ReaderMemory(vault, name, { v: 1 });
    const parsed = parse(content);
    if (parsed !== undefined) return new ReaderMemory(vault, name, parsed);
    log.error({ device, file: name }, "what was kept of a reader cannot be read, it is put aside");
    await vault.write(`${device}.damaged`, content);
    return new ReaderMemory(vault, name, { v: 1 });
  }

  get state(): Readonly<MemoryState> {
    return this.#state;
  }

  get current(): Uint8Array | undefined {
    return this.#state.current === undefined ? undefined : fromHex(this.#state.current);
  }

  get pending(): Uint8Array | undefined {
    return this.#state.pending === undefined ? undefined : fromHex(this.#state.pending);
  }

  /** Resolves when it is on disk. */
  async change(change: Partial<MemoryState>): Promise<void> {
    const next = { ...this.#state, ...change };
    const text = JSON.stringify(next);
    if (text === JSON.stringify(this.#state)) return;
    await this.#vault.write(this.#name, Buffer.from(text));
    this.#state = next;
  }

  async pin(pins: Pins): Promise<void> {
    await this.change({ pins: { ...pins } });
  }

  /** How much of the window is left; 0 when none is open. */
  windowLeftMs(nowMs: number, monoMs: number): number {
    const { window } = this.#state;
    if (window === undefined) return 0;
    const [wall, mono] = [nowMs - window.wallMs, monoMs - window.monoMs];
    if (wall < 0 || mono < 0) return 0;
    return Math.max(0, Math.min(window.forMs, INSTALL_WINDOW_MS) - Math.max(wall, mono));
  }
}

export const hexOf = (key: Uint8Array): string => Buffer.from(key).toString("hex");

function parse(content: Buffer): MemoryState | undefined {
  try {
    const parsed = Memory.safeParse(JSON.parse(content.toString("utf8")));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
