/** Is the audit log whole? Finds the first entry that was changed, deleted, moved or cut off. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type AuditLine, FIRST, hashOfLine, isSigned, parseLine, signedText } from "./entry.ts";
import { AUDIT_FOLDER, type Keys, readHead, readKeys, segments } from "./files.ts";

export interface Verdict {
  readonly ok: boolean;
  /** Entries found good, from the first on. */
  readonly entries: number;
  /** `N:HASH` of the last good one. */
  readonly head: string;
  /** The first entry that is wrong. */
  readonly at: number | null;
  readonly says: { readonly en: string; readonly zh: string };
}

/** A signature says that everything before it is as it was, so not each one is looked at while all is well. */
const SIGNATURE_EVERY = 64;
/** So many lines are looked at in one piece. */
const PIECE = 40;

interface Wrong {
  readonly at: number;
  readonly en: string;
  readonly zh: string;
}

/**
 * `witness` is a head (`N:HASH`) that somebody else keeps, as the platform does: with it also a log is found out whose files were all made
 * anew with the box's own key.
 */
export async function verifyAudit(stateDir: string, witness?: string, signal?: AbortSignal): Promise<Verdict> {
  const dir = join(stateDir, AUDIT_FOLDER);
  const keys = readKeys(dir);
  // Before the lines: those that are written meanwhile are beyond it.
  const head = readHead(dir, keys);
  const chain = new Chain(keys, [head ? `${head.n}:${head.hash}` : "", witness ?? ""]);
  const reach = head ? head.n : 0;
  for (const name of segments(dir)) {
    const lines = (await readFile(join(dir, name), "utf8")).split("\n");
    const rest = lines.pop() ?? "";
    for (let at = 0; at < lines.length && chain.wrong === undefined; at += PIECE) {
      signal?.throwIfAborted();
      for (const line of lines.slice(at, at + PIECE)) if (!chain.take(line)) break;
      await otherWork();
    }
    if (chain.wrong !== undefined) break;
    // Half a line beyond the head is being written right now.
    if (rest !== "" && chain.n < reach) chain.take(rest.slice(0, -1));
  }
  return chain.end(head, witness);
}

class Chain {
  readonly #keys: Keys;
  /** Heads by number that the chain must go through. */
  readonly #heads: Map<number, string>;
  n = 0;
  #hash = FIRST;
  #unsigned: AuditLine[] = [];
  wrong: Wrong | undefined;

  constructor(keys: Keys, heads: readonly string[]) {
    this.#keys = keys;
    this.#heads = new Map(heads.filter((head) => head !== "").map((head) => splitHead(head)));
  }

  /** False once something is wrong. */
  take(text: string): boolean {
    const at = this.n + 1;
    const line = parseLine(text);
    if (line === undefined) return this.#is({ at, ...CHANGED });
    if (line.n !== at) return this.#is(line.n > at ? missing(at, line.n - 1) : { at, ...MOVED });
    if (line.prev !== this.#hash) {
      const before = this.#unsigned.at(-1);
      const isBeforeGood = before === undefined || this.#isSigned(before);
      return this.#is(isBeforeGood ? { at, ...CHANGED } : { at: at - 1, ...CHANGED });
    }
    const known = this.#unsigned.at(-1);
    if (known !== undefined && known.key !== line.key && !this.#checkSignatures()) return false;
    this.#unsigned.push(line);
    this.n = at;
    this.#hash = hashOfLine(text);
    if (this.#unsigned.length >= SIGNATURE_EVERY && !this.#checkSignatures()) return false;
    const head = this.#heads.get(at);
    if (head === undefined || head === this.#hash) return true;
    if (!this.#checkSignatures()) return false;
    return this.#is({ at, ...OTHER_THAN_HEAD });
  }

  end(head: ReturnType<typeof readHead>, witness: string | undefined): Verdict {
    if (this.wrong === undefined) this.#checkSignatures();
    const last = Math.max(head ? head.n : 0, witness === undefined ? 0 : splitHead(witness)[0]);
    const next = this.n + 1;
    if (this.wrong === undefined && last > this.n) this.#is(missing(next, last));
    if (this.wrong === undefined && head === false) this.#is({ at: next, ...HEAD_CHANGED });
    if (this.wrong === undefined && head === undefined && this.n > 0) this.#is({ at: next, ...HEAD_GONE });
    const { wrong } = this;
    const entries = wrong === undefined ? this.n : wrong.at - 1;
    const says =
      wrong === undefined
        ? { en: `${entries} entries, all as they were written.`, zh: `共 ${entries} 条记录，全部与写入时一致。` }
        : { en: `Entry ${wrong.at}: ${wrong.en}`, zh: `第 ${wrong.at} 条：${wrong.zh}` };
    return { ok: wrong === undefined, entries, head: `${this.n}:${this.#hash}`, at: wrong?.at ?? null, says };
  }

  /** The newest first: when it holds, all before it do. */
  #checkSignatures(): boolean {
    const lines = this.#unsigned;
    const last = lines.at(-1);
    if (last === undefined) return true;
    if (!this.#isSigned(last)) {
      const bad = lines.find((line) => !this.#isSigned(line)) ?? last;
      return this.#is({ at: bad.n, ...(this.#keys.has(bad.key) ? CHANGED : UNKNOWN_KEY) });
    }
    this.#unsigned = [];
    return true;
  }

  #isSigned(line: AuditLine): boolean {
    const key = this.#keys.get(line.key);
    return key !== undefined && isSigned(signedText(line), line.sig, key);
  }

  #is(wrong: Wrong): false {
    this.wrong = wrong;
    return false;
  }
}

/** Lets the event loop do what waits. */
const otherWork = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function splitHead(head: string): [number, string] {
  const [n = "", hash = ""] = head.split(":");
  return [Number(n), hash];
}

const CHANGED = { en: "it is not as it was written.", zh: "内容与写入时不一致。" };
const MOVED = { en: "another entry stands in its place.", zh: "该位置上是另一条记录。" };
const OTHER_THAN_HEAD = {
  en: "it is another one than the head that was kept says.",
  zh: "与保存的链头不是同一条记录。",
};
const HEAD_CHANGED = {
  en: "the head file is not what was signed, so entries may have been cut off from here on.",
  zh: "链头文件与签名不符，从此处起可能有记录被截断。",
};
const HEAD_GONE = {
  en: "the head file is gone, so entries may have been cut off from here on.",
  zh: "链头文件缺失，从此处起可能有记录被截断。",
};
const UNKNOWN_KEY = { en: "it was signed with a key this box never had.", zh: "签名所用的密钥不属于本机。" };

function missing(from: number, to: number): Wrong {
  if (from === to) return { at: from, en: "it is missing.", zh: "该条记录缺失。" };
  return { at: from, en: `it and all up to entry ${to} are missing.`, zh: `从该条到第 ${to} 条全部缺失。` };
}
