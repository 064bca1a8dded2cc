import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock, settle } from "@gatehouse/protocol/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { LeftBehind } from "../core/left-behind.ts";
import { MemoryLog } from "../testing/log.ts";
import { askGateway } from "./client.ts";
import { type ChangesPort, configRequests } from "./config-requests.ts";
import { ControlSocket } from "./control-socket.ts";

let dir: string;
let close = async (): Promise<void> => {};
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gatehouse-config-"));
});
afterEach(async () => {
  await close();
  rmSync(dir, { recursive: true, force: true });
});

const configuration = { file: "site.yaml", text: "", hash: "h", running: "h", versions: [], versionText: () => "" };

/** Checks as long as it is told to, and then changes the file, unless it was given up. */
function slow() {
  const begun = Promise.withResolvers<void>();
  const checked = Promise.withResolvers<void>();
  const changed: string[] = [];
  const after = async (what: string, signal: AbortSignal) => {
    begun.resolve();
    await checked.promise;
    if (!signal.aborted) changed.push(what);
    return { version: 2, hash: "i" };
  };
  const changes: ChangesPort = {
    check: async () => ({ problems: [], warnings: [], difference: {} }),
    apply: (text, _hash, _author, signal) => after(text, signal),
    rollback: (n, _hash, _by, signal) => after(`version ${n}`, signal),
    reload: async (signal) => void (await after("reload", signal)),
  };
  return { changes, changed, begun: begun.promise, checked: checked.resolve };
}

async function open(changes: ChangesPort, left: () => Promise<readonly LeftBehind[]> = async () => []) {
  const clock = new FakeClock();
  const listening = Promise.withResolvers<void>();
  const requests = configRequests(configuration, changes, left);
  const log = new MemoryLog();
  const socket = new ControlSocket({ dir, requests, clock, log, onListening: listening.resolve });
  const stop = new AbortController();
  const ended = socket.run(stop.signal);
  close = async () => {
    stop.abort();
    await settle();
    await clock.advance(2_000);
    await ended;
  };
  await Promise.race([listening.promise, ended]);
  return clock;
}

const NEW = "site: new\n";
const ASKED: readonly (readonly [request: string, params: () => object, what: string])[] = [
  ["config-apply", () => ({ file: join(dir, "new.yaml") }), NEW],
  ["config-rollback", () => ({ version: 1 }), "version 1"],
  ["config-reload", () => ({}), "reload"],
];

it.each(ASKED)("%s that takes a minute is waited for", async (request, params, what) => {
  writeFileSync(join(dir, "new.yaml"), NEW);
  const { changes, changed, begun, checked } = slow();
  const clock = await open(changes);
  const answer = askGateway({ dir, request, params: params(), timeoutMs: 130_000, clock });
  await begun;
  await clock.advance(60_000);
  checked();
  expect(await answer).toBeTypeOf("object");
  expect(changed).toEqual([what]);
});

it.each(ASKED)("%s that was given up says so, and changes nothing later", async (request, params) => {
  writeFileSync(join(dir, "new.yaml"), NEW);
  const { changes, changed, begun, checked } = slow();
  const clock = await open(changes);
  const answer = askGateway({ dir, request, params: params(), timeoutMs: 130_000, clock });
  const failed = expect(answer).rejects.toThrow("the file was not checked within 120 s: nothing was changed");
  await begun;
  await clock.advance(120_000);
  await failed;
  checked();
  await settle();
  expect(changed).toEqual([]);
});

/** Applies at once. */
function quick() {
  const changed: string[] = [];
  const changes: ChangesPort = {
    ...slow().changes,
    apply: async (text) => {
      changed.push(text);
      return { version: 2, hash: "i" };
    },
  };
  return { changes, changed };
}

const OF_BROKER = "uplinks: [{ id: broker, type: mqtt, receipt: broker }]\n";
const OF_CITY = "uplinks: [{ id: town, type: https }, { id: city, type: https }]\n";

it.each([
  [OF_CITY, { id: "city", waiting: 12, inGrace: 3 }, /uplinks\[1\]\.id.*removed platform city.*12 in all/s],
  [OF_BROKER, { id: "broker", waiting: 0, inGrace: 3 }, /uplinks\[0\]\.id.*removed platform broker.*about 3 in all/s],
])("what is left of a removed platform goes to one of its name only where that was said", async (text, left, said) => {
  const file = join(dir, "new.yaml");
  writeFileSync(file, text);
  const { changes, changed } = quick();
  const clock = await open(changes, async () => [left]);
  const ask = (request: string, more: object) =>
    askGateway({ dir, request, params: { file, ...more }, timeoutMs: 10_000, clock });
  await expect(ask("config-apply", {})).rejects.toThrow(said);
  await expect(ask("config-apply", { same: ["other"] })).rejects.toThrow("--same-platform");
  expect(changed).toEqual([]);
  expect(await ask("config-diff", {})).toMatchObject({ warnings: [{ path: expect.stringContaining("uplinks") }] });
  await ask("config-apply", { same: [left.id] });
  expect(changed).toEqual([text]);
});

it.each([
  ["none of its name is added", "uplinks: [{ id: town, type: https }]\n", { id: "city", waiting: 12, inGrace: 3 }],
  ["the platform itself has answered for it", OF_CITY, { id: "city", waiting: 0, inGrace: 3 }],
  ["the file is no YAML", "uplinks: [", { id: "city", waiting: 12, inGrace: 0 }],
])("nothing is asked where %s", async (_, text, left) => {
  const file = join(dir, "new.yaml");
  writeFileSync(file, text);
  const { changes, changed } = quick();
  const clock = await open(changes, async () => [left]);
  await askGateway({ dir, request: "config-apply", params: { file }, timeoutMs: 10_000, clock });
  expect(changed).toEqual([text]);
});
