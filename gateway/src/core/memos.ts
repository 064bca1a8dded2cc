/**
 * What rules remember of a space, portal or device beyond its alert: small JSON values by rule and subject, `door-held|D1`.
 * A field whose name ends in `AtMs` holds a moment, or moments: those move along when the clock is set.
 */
import type { Model } from "./model.ts";
import { names } from "./names.ts";
import { type CoreState, touch } from "./state.ts";

export type Memo = Record<string, unknown>;

/** The one memo whose subject is the site. */
export const SITE_MEMO = "compliance-site";

const keysByRule = new Map<string, (subject: string) => string>();

function keyOf(rule: string, subject: string): string {
  let keys = keysByRule.get(rule);
  if (keys === undefined) {
    keys = names(`${rule}|`);
    keysByRule.set(rule, keys);
  }
  return keys(subject);
}

/** The rule that wrote it knows its shape. */
export function memoOf<T extends object>(state: CoreState, rule: string, subject: string): T | undefined {
  return state.memos.get(keyOf(rule, subject)) as T | undefined;
}

export function setMemo(state: CoreState, rule: string, subject: string, memo: object): void {
  const key = keyOf(rule, subject);
  state.memos.set(key, memo as Memo);
  touch(state, "memo", key);
}

export function dropMemo(state: CoreState, rule: string, subject: string): void {
  const key = keyOf(rule, subject);
  if (state.memos.delete(key)) touch(state, "memo", key);
}

/** Forgets what belongs to subjects that are no longer on the site. */
export function pruneMemos(state: CoreState, model: Model): void {
  const rules = new Set(model.rules.map((rule) => rule.rule.id));
  for (const key of [...state.memos.keys()]) {
    const [name = "", subject = "", space] = key.split("|");
    if (isKnown(model, rules, name, subject, space)) continue;
    state.memos.delete(key);
    state.dirty.add(`memo/${key}`);
  }
}

function isKnown(model: Model, rules: ReadonlySet<string>, name: string, subject: string, space = ""): boolean {
  if (name === SITE_MEMO) return subject === model.config.site.site.id;
  if (name === "custom") return rules.has(subject) && model.spaces.has(space);
  return model.spaces.has(subject) || model.portals.has(subject) || model.devices.has(subject);
}

/** The clock was set: moments that were measured move along with it. */
export function shiftMoments(state: CoreState, shiftMs: number): void {
  for (const [key, memo] of state.memos) {
    shift(memo, shiftMs);
    state.dirty.add(`memo/${key}`);
  }
  for (const [id, device] of state.devices) {
    if (device.watch === undefined) continue;
    shift(device.watch as unknown as Memo, shiftMs);
    state.dirty.add(`device/${id}`);
  }
}

function shift(memo: Memo, shiftMs: number): void {
  for (const [name, value] of Object.entries(memo)) {
    if (!name.endsWith("AtMs")) continue;
    if (typeof value === "number") memo[name] = value + shiftMs;
    else if (Array.isArray(value)) memo[name] = value.map((moment: number) => moment + shiftMs);
  }
}
