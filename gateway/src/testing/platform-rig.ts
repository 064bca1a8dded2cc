/** A core with one platform and its key, for tests of commands: what is signed, sent to a device and told. */
import { generateKeyPairSync, sign } from "node:crypto";
import {
  type CommandKey,
  type CommandResult,
  commandBytes,
  createVerifier,
  type DeviceCommand,
} from "@gatehouse/protocol";
import { FakeClock } from "@gatehouse/protocol/testing";
import { Commands } from "../core/commands/commands.ts";
import { Confirmations } from "../core/commands/confirmations.ts";
import { LiveDrivers } from "../core/commands/live-drivers.ts";
import { PlatformCommands } from "../core/commands/platform-commands.ts";
import { Core } from "../core/core.ts";
import { HealthBoard } from "../core/health.ts";
import { Outbox } from "../core/outbox.ts";
import type { Driver, Store } from "../core/ports.ts";
import { MemoryLog } from "./log.ts";
import { MemoryStore } from "./memory-store.ts";
import { testConfig } from "./site.ts";

const PAIR = generateKeyPairSync("ed25519");
const VERIFIER = await createVerifier("ed25519", Buffer.from(PAIR.publicKey.export({ format: "pem", type: "spki" })));

export const platformKey: CommandKey = {
  id: "city",
  verify: (message, signature) => VERIFIER.verify(message, signature),
  allows: (action) => action !== "configure",
};

/** Signed by the platform's key. */
export function signedCommand(unsigned: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const bytes = commandBytes(unsigned) ?? Buffer.alloc(0);
  return { ...unsigned, signature: sign(null, bytes, PAIR.privateKey).toString("base64") };
}

export interface PlatformRigOptions {
  readonly store?: MemoryStore;
  /** What the core writes to, where it is not the memory itself. */
  readonly through?: (store: MemoryStore) => Store;
  readonly clock?: FakeClock;
  readonly obey?: (command: DeviceCommand, signal: AbortSignal) => Promise<CommandResult>;
  readonly key?: CommandKey;
  readonly remoteOpen?: "off" | "on" | "two-persons";
}

export async function openPlatformRig(options: PlatformRigOptions = {}) {
  const { store = new MemoryStore(), clock = new FakeClock(), key = platformKey, remoteOpen = "on" } = options;
  const written = options.through?.(store) ?? store;
  const log = new MemoryLog();
  const health = new HealthBoard(clock);
  const compose = () => {
    throw new TypeError("no readings here");
  };
  const nextSequence = store.recovered.nextSequence.get("city") ?? 1;
  const outbox = new Outbox({
    uplink: "city",
    store: written,
    clock,
    log,
    health,
    nextSequence,
    compose,
    random: () => 0.5,
  });
  const portals = ["D1", "D2"].map((id, i) => ({ id, kind: "door", from: "outside", to: `F${i + 1}`, remoteOpen }));
  const core = await Core.open({
    store: written,
    clock,
    log,
    health,
    config: testConfig({ portals }),
    targets: [{ id: "city", outbox, readings: false, filter: { types: ["gatehouse.gap"] } }],
    pseudonym: () => "c_0000000000",
    bootId: "boot",
    installation: "inst",
    onFatal: () => {},
  });
  const sent: DeviceCommand[] = [];
  const drivers = new LiveDrivers();
  const driver: Driver = {
    id: "mqtt",
    run: (signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true })),
    command: async (_, command, signal) => {
      sent.push(command);
      return options.obey?.(command, signal) ?? { id: command.id, ok: true };
    },
  };
  const stop = new AbortController();
  void drivers.watched(driver).run(stop.signal);
  const commands = new Commands({ core, drivers, clock, log, actionsOf: () => ["unlock", "buzzer", "configure"] });
  const ends = commands.run(stop.signal);
  const confirmations = new Confirmations(clock);
  const uplinks = new Map([["city", { keys: new Map([[key.id, key]]) }]]);
  const platform = new PlatformCommands({ core, commands, confirmations, uplinks, clock, log, health });
  const unsigned = (change: object = {}) => ({
    id: "c1",
    gateway: "test-site",
    target: "lock-1",
    action: "unlock",
    issuedAt: new Date(clock.nowMs()).toISOString(),
    notAfter: new Date(clock.nowMs() + 20_000).toISOString(),
    issuer: "wang",
    keyId: "city",
    ...change,
  });
  const give = (change: object = {}) => platform.take("city", signedCommand(unsigned(change)));
  /** `done c1`, in the order told. */
  const told = (): string[] =>
    store.outbox.flatMap(({ text = "{}" }) => {
      const { type, data } = JSON.parse(text) as {
        type?: string;
        data?: { id: string; outcome: string; code?: string };
      };
      if (type !== "gatehouse.command.result" || data === undefined) return [];
      return [[data.outcome, data.code, data.id].filter(Boolean).join(" ")];
    });
  return { store, clock, log, health, core, sent, commands, platform, confirmations, unsigned, give, told, stop, ends };
}
