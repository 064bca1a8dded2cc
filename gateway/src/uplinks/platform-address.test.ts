/** Where uplinks to platforms do not connect: to this machine under another name, to its links, to where clouds hand out secrets. */
import { Agent } from "node:http";
import { createServer } from "node:net";
import { LinkError, systemClock } from "@gatehouse/protocol";
import { FakeClock } from "@gatehouse/protocol/testing";
import { expect, it } from "vitest";
import { memoryVault } from "../testing/driver-deps.ts";
import { owedItem, uplinkDeps } from "../testing/uplink-items.ts";
import { uplinkTypes } from "./index.ts";
import { lookupOf } from "./outbound-address.ts";
import { post } from "./post.ts";

const never = new AbortController().signal;

/** Why it does not connect, or does not send. */
async function failure(type: string, config: object): Promise<unknown> {
  const row = uplinkTypes.find((candidate) => candidate.type === type);
  const site = { spaces: () => [], devices: () => [], onChange: () => () => {} };
  const deps = { ...uplinkDeps(new FakeClock()), site, vault: memoryVault() };
  const uplink = row?.create("city", row.config.parse(config) as never, deps as never);
  const stop = new AbortController();
  const run = uplink?.run(stop.signal);
  const sent = type === "https" ? uplink?.send([owedItem(1)], never) : undefined;
  const why = await (sent ?? run)?.then(
    () => undefined,
    (error: unknown) => error,
  );
  stop.abort();
  await run?.catch(() => {});
  return why;
}

const INNER = { code: "refused", message: expect.stringContaining("write `allowPrivate: true`") };

/** Whoever listens hears nothing. */
async function deafPort() {
  let calls = 0;
  const server = createServer((socket) => {
    calls += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { port, calls: () => calls, [Symbol.dispose]: () => void server.close() };
}

it.each([
  ["https", { url: "https://169.254.169.254/latest" }],
  ["https", { url: "https://[::ffff:100.100.100.200]/" }],
  ["mqtt", { url: "mqtts://169.254.169.254" }],
  ["nats", { servers: ["tls://169.254.169.254"] }],
  ["sparkplug", { servers: ["mqtts://[fe80::1]"] }],
])("%s does not go to %o", async (type, config) => {
  expect(await failure(type, config)).toMatchObject(INNER);
});

it.each([
  ["mqtt", (host: string) => ({ url: `mqtts://${host}` })],
  ["nats", (host: string) => ({ servers: [`tls://${host}`] })],
  ["sparkplug", (host: string) => ({ servers: [`mqtts://${host}`] })],
] as const)("%s does not go where a name leads to this machine, unless that is allowed", async (type, at) => {
  using listener = await deafPort();
  // The resolver knows it as 127.0.0.1.
  const config = at(`127.1:${listener.port}`);
  expect(await failure(type, config)).toMatchObject(INNER);
  expect(listener.calls()).toBe(0);
  expect(await failure(type, { ...config, allowPrivate: true })).not.toMatchObject(INNER);
  expect(listener.calls()).toBeGreaterThan(0);
});

it("a name is looked up with care, this machine by its own name is meant as it is written", () => {
  expect(lookupOf(new URL("https://city.example/in"))).toHaveProperty("lookup");
  for (const own of ["http://localhost:8080", "mqtt://127.0.0.1", "nats://[::1]:4222"])
    expect(lookupOf(new URL(own))).toEqual({});
});

it("what a careful look-up refuses is not posted to", async () => {
  const refused = new LinkError("refused", "city.example leads to 127.0.0.1");
  const options = {
    url: new URL("http://city.example/in"),
    agent: new Agent(),
    headers: {},
    clock: systemClock,
    connectMs: 5_000,
    answerMs: 5_000,
    maxAnswerBytes: 1_000,
    lookup: (_: string, __: object, found: (error: Error, address: string) => void) => found(refused, ""),
  };
  await expect(post(options, "{}", [])).rejects.toBe(refused);
});
