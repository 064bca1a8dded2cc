/** Every kind of long work, begun for real and cancelled: it ends, says so, and what it had taken is free again. */
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { systemClock } from "@gatehouse/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ConsoleSession, claimConsole } from "../support/console-session.ts";
import { freePort } from "../support/free-port.ts";
import { eventually, openRig, type Rig, readingsTopic } from "../support/rig.ts";

const PASSPHRASE = "a long enough passphrase";

/** A line where somebody listens and nobody answers. */
class MuteLine {
  readonly sockets = new Set<Socket>();
  readonly #server: Server;
  readonly port: number;

  constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
    server.on("connection", (socket) => {
      this.sockets.add(socket);
      socket.on("error", () => {});
      socket.resume();
      socket.on("close", () => this.sockets.delete(socket));
    });
  }

  static async open(): Promise<MuteLine> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new MuteLine(server, (server.address() as { port: number }).port);
  }

  get link(): string {
    return `tcp:127.0.0.1:${this.port}`;
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
  }
}

let rig: Rig;
let console: ConsoleSession;
let line: MuteLine;
/** A platform's; its uplink may hold a connection of its own. */
let platform: MuteLine;
let backup: Buffer;

beforeAll(async () => {
  [line, platform] = await Promise.all([MuteLine.open(), MuteLine.open()]);
  const port = await freePort();
  const mute = { id: "mute", type: "https", url: `https://127.0.0.1:${platform.port}/` };
  const sections = { console: { listen: `127.0.0.1:${port}` } };
  rig = await openRig({ devices: 2, uplinks: () => [mute], sections });
  console = await claimConsole(rig.gateway, port);
  const device = await rig.device("count-0001");
  for (let seq = 1; seq <= 500; seq++)
    await device.publishAsync(
      readingsTopic("count-0001"),
      JSON.stringify({ kind: seq % 2 === 0 ? "count.out" : "count.in", value: 1, epoch: 1, seq }),
      { qos: 1 },
    );
  const { id } = (await console.ask("POST", "/backups", { passphrase: PASSPHRASE })).body;
  await state(id, "done");
  backup = (await console.ask("GET", `/jobs/${id}/file`)).body["bytes"] as Buffer;
}, 120_000);

afterAll(async () => {
  line?.close();
  platform?.close();
  await rig?.[Symbol.asyncDispose]();
});

interface Row {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly cancellable: boolean;
  readonly says: { readonly en: string; readonly zh: string };
}

const jobOf = async (id: unknown): Promise<Row> => (await console.ask("GET", `/jobs/${id}`)).body["job"] as Row;

const state = (id: unknown, wanted: string) =>
  eventually(
    () => jobOf(id),
    (job) => job.state === wanted,
    60_000,
  );

const sockets = () => line.sockets.size + platform.sockets.size;
const threads = () => readdirSync(`/proc/${rig.gateway.child.pid}/task`).length;
const children = () =>
  readFileSync(`/proc/${rig.gateway.child.pid}/task/${rig.gateway.child.pid}/children`, "utf8").trim();
/** Files of jobs, but for that of the backup which is there to be loaded. */
const files = () => readdirSync(join(rig.stateDir, ".jobs")).filter((name) => name !== "1.ghbackup");
const staged = () => readdirSync(rig.stateDir).filter((name) => /restore|stage/.test(name));

interface Case {
  readonly begin: () => ReturnType<ConsoleSession["ask"]>;
  /** True once it has taken what it needs. */
  readonly takes?: () => boolean;
}

/** A kind of job without a row here fails the test below: it cannot be forgotten. */
const CASES: Readonly<Record<string, Case>> = {
  scan: {
    begin: () => console.ask("POST", "/scans", { link: line.link }),
    takes: () => line.sockets.size === 1,
  },
  replay: { begin: () => console.ask("POST", "/replays", { limit: 1, days: 180 }) },
  backup: { begin: () => console.ask("POST", "/backups", { passphrase: PASSPHRASE }) },
  restore: {
    begin: () => console.ask("POST", "/restores", backup, { "x-gatehouse-passphrase": encodeURIComponent(PASSPHRASE) }),
  },
  flash: {
    begin: () => console.ask("POST", "/lines/firmware", { link: line.link, chip: "atmega328p" }),
    takes: () => line.sockets.size === 1 && children() !== "",
  },
  "uplink-test": {
    begin: () => console.ask("POST", "/uplinks/mute/test"),
    // The uplink's own, and the test's.
    takes: () => platform.sockets.size === 2,
  },
  "device-test": { begin: () => console.ask("POST", "/devices/count-0002/test") },
};

/** Needs ten thousand alerts to last: gateway/src/console/answers/duties.test.ts. */
const ELSEWHERE: readonly string[] = ["report"];

it("there is a case for every kind of job", async () => {
  const document = JSON.stringify((await console.ask("GET", "/openapi.json")).body);
  const kinds = /"kind":\{[^{}]*"enum":(\[[^\]]*"device-test"[^\]]*\])/.exec(document)?.[1];
  expect([...Object.keys(CASES), ...ELSEWHERE].sort()).toEqual((JSON.parse(kinds ?? "[]") as string[]).sort());
});

describe.each(Object.entries(CASES))("a %s that is cancelled", (kind, { begin, takes }) => {
  // Twice: what the first had taken, the second needs.
  it.each(["once", "and again"])(
    "ends, says so, and leaves nothing behind, %s",
    async () => {
      const free = { sockets: sockets(), threads: threads(), files: files(), staged: staged(), children: children() };
      const begun = await begin();
      expect(begun).toMatchObject({ status: 200, body: { kind, state: "running", cancellable: true } });
      const { id } = begun.body;
      if (takes !== undefined) await eventually(takes, (taken) => taken);
      const atMs = systemClock.monoMs();
      expect(await console.ask("DELETE", `/jobs/${id}`)).toMatchObject({ status: 200, body: { done: true } });
      expect(systemClock.monoMs() - atMs).toBeLessThan(5_000);
      const job = await jobOf(id);
      expect(job).toMatchObject({ state: "cancelled", cancellable: false });
      expect([job.says.en, job.says.zh]).not.toContain("");
      await eventually(
        () => ({ sockets: sockets(), threads: threads() <= free.threads, children: children() }),
        (now) => now.sockets <= free.sockets && now.threads && now.children === free.children,
      );
      expect([files(), staged()]).toEqual([free.files, free.staged]);
    },
    30_000,
  );
});

it("nothing of it has begun the gateway anew", () => {
  expect(rig.gateway.log.filter(({ msg }) => msg === "ready")).toHaveLength(1);
});

it.each(["SIGTERM", "SIGKILL"] as const)(
  "a job under way at a %s is told as interrupted afterwards",
  async (signal) => {
    const { id } = (await console.ask("POST", "/devices/count-0002/test")).body;
    expect(await jobOf(id)).toMatchObject({ state: "running" });
    await eventually(
      () => readFileSync(join(rig.stateDir, "console/jobs.json"), "utf8"),
      (text) => text.includes(String(id)),
    );
    await rig.gateway.end(signal);
    await rig.restart();
    expect(await jobOf(id)).toMatchObject({
      state: "interrupted",
      says: { en: expect.stringContaining("The gateway ended while this was under way") },
    });
    const { jobs } = (await console.ask("GET", "/jobs")).body as { readonly jobs: readonly Row[] };
    expect(jobs.map((job) => job.id)).toContain(id);
  },
  60_000,
);
