/** The UHPPOTE driver against a simulated board over real UDP: nothing lost, nothing twice, nothing acted on too late. */
import { serveUdp, withFaults } from "@gatehouse/device-sim";
import { LinkError } from "@gatehouse/protocol";
import { Random, settle } from "@gatehouse/protocol/testing";
import { afterEach, expect, test } from "vitest";
import {
  DEVICES,
  kinds,
  makeUhppote,
  openUhppoteWorld,
  runUhppote,
  SERIAL,
  type UhppoteRun,
  type UhppoteWorld,
  until,
} from "../support/uhppote-rig.ts";

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function world(options: Parameters<typeof openUhppoteWorld>[0] = {}): Promise<UhppoteWorld> {
  const made = await openUhppoteWorld(options);
  ends.push(() => made.server.close());
  return made;
}

function begin(made: UhppoteWorld, options: Parameters<typeof runUhppote>[1] = {}): UhppoteRun {
  const started = runUhppote(made, options);
  ends.push(() => started.stop());
  return started;
}

const nth = (made: UhppoteWorld, count: number) =>
  until(() => made.readings.filter(({ seq }) => seq !== undefined).length >= count, `${count} events were accepted`);
const met = (made: UhppoteWorld) => until(() => made.vault.files.size > 0, "the board was met");
const events = (made: UhppoteWorld) => made.readings.filter(({ seq }) => seq !== undefined);

test("a card, a refusal, a door and a button come as readings of the right device", async () => {
  const site = await world();
  begin(site);
  await met(site);
  const { board, clock } = site;
  board.act({ kind: "card", number: 0x3dd48d });
  board.place = { door: 1, direction: "out" };
  board.act({ kind: "card", number: 0x3dd48d, granted: false });
  board.place = { door: 2, direction: "in" };
  board.act({ kind: "door", open: true });
  board.act({ kind: "door", open: false });
  board.act({ kind: "pass", direction: "out" });
  board.act({ kind: "power", ok: true });
  await clock.advance(2_000);
  await nth(site, 6);
  expect(kinds(site)).toEqual([
    ...DEVICES.map(({ id }) => `${id} device.online`),
    "in-1 access.granted",
    "out-1 access.denied",
    "door-2 door.opened",
    "door-2 door.closed",
    "door-2 input.on",
    "board power.ok",
  ]);
  const [granted, denied, , , button] = events(site);
  // Facility 61 and number 54413 are 3DD48D with any other reader of the site: six digits.
  expect(granted).toMatchObject({
    seq: 1,
    credential: "c_0000000006",
    isPseudonym: true,
    at: "2026-11-25T09:00:00.000+08:00",
  });
  expect(denied).toMatchObject({ value: "no-access-rights", credential: "c_0000000006" });
  expect(button).toMatchObject({ value: 2, isPseudonym: false });
  expect(JSON.stringify([site.log.lines, [...site.vault.files.values()].map(String)])).not.toMatch(/6154413|3DD48D/);
});

test("what happened before the first meeting is left where it is", async () => {
  const site = await world();
  for (let card = 1; card <= 40; card++) site.board.act({ kind: "card", number: card });
  begin(site);
  await met(site);
  site.board.act({ kind: "card", number: 99 });
  await site.clock.advance(2_000);
  await nth(site, 1);
  expect(events(site).map(({ seq }) => seq)).toEqual([41]);
});

test("events of an absence are fetched in order, once, under the same epoch", async () => {
  const site = await world();
  const first = begin(site);
  await met(site);
  site.board.act({ kind: "card", number: 5 });
  await site.clock.advance(2_000);
  await nth(site, 1);
  await first.stop();
  for (let card = 1; card <= 100; card++) site.board.act({ kind: "card", number: card });
  begin(site);
  await nth(site, 101);
  expect(events(site).map(({ seq }) => seq)).toEqual(Array.from({ length: 101 }, (_, at) => at + 1));
  expect(new Set(events(site).map(({ epoch }) => epoch)).size).toBe(1);
});

test("a push is fetched at once, without the clock moving", async () => {
  const site = await world();
  begin(site, { config: { listen: "127.0.0.1:60991", setListener: true } });
  await until(() => site.board.listener !== undefined, "the board was told where to push");
  expect(site.board.listener).toEqual({ address: "127.0.0.1", port: 60_991 });
  site.board.act({ kind: "card", number: 7 });
  site.server.push();
  await nth(site, 1);
});

test("the mark moves behind the commit: what was not accepted is fetched again with the same identity", async () => {
  const site = await world();
  let failing = true;
  const gate = async () => {
    if (failing && site.readings.length >= DEVICES.length) throw new LinkError("closed", "the gateway stops");
  };
  const first = begin(site, { gate, config: { markFetched: true } });
  await met(site);
  site.board.act({ kind: "card", number: 5 });
  await site.clock.advance(2_000);
  await expect(first.ended).rejects.toBeInstanceOf(LinkError);
  expect([events(site), site.board.mark]).toEqual([[], 0]);
  failing = false;
  begin(site, { gate, config: { markFetched: true } });
  await nth(site, 1);
  await until(() => site.board.mark === 1, "the board's own mark followed");
  expect(events(site)).toMatchObject([{ seq: 1, device: "in-1" }]);
});

test("overwritten events are counted and told, and the rest still comes", async () => {
  const site = await world({ room: 16 });
  const first = begin(site);
  await met(site);
  await first.stop();
  for (let card = 1; card <= 50; card++) site.board.act({ kind: "card", number: card });
  begin(site);
  await nth(site, 16);
  expect(events(site).map(({ seq }) => seq)).toEqual(Array.from({ length: 16 }, (_, at) => at + 35));
  const lost = () => site.health.entries.find(({ code }) => code === "readings-lost");
  expect(lost()?.detail).toMatch(/^34 events of board 405419896 were overwritten/);
  await site.server.close();
  for (let hour = 0; hour < 7; hour++) await site.clock.advance(3_600_000);
  expect(lost()).toBeUndefined();
});

test("a board that lost its memory begins a new epoch, and nothing of it is taken for a repeat", async () => {
  const site = await world();
  begin(site);
  await met(site);
  for (const card of [1, 2, 3]) site.board.act({ kind: "card", number: card });
  await site.clock.advance(2_000);
  await nth(site, 3);
  site.board.forget();
  site.board.act({ kind: "card", number: 4 });
  await site.clock.advance(2_000);
  await nth(site, 4);
  const [, , third, fourth] = events(site);
  expect([third?.seq, fourth?.seq]).toEqual([3, 1]);
  expect(fourth?.epoch).toBeGreaterThan(third?.epoch ?? 0);
});

test("through a network that drops, doubles and delays packets every event comes once, in order", async () => {
  const site = await world();
  await site.server.close();
  const random = new Random(5);
  const faulty = withFaults(site.board, ["drop", "duplicate", "slow"], random);
  site.server = await serveUdp([faulty], { clock: site.clock });
  begin(site);
  const pass = async (isSo: () => boolean) => {
    for (let turn = 0; turn < 4_000 && !isSo(); turn++) {
      await site.clock.advance(100);
      await settle();
    }
  };
  await pass(() => site.vault.files.size > 0);
  for (let n = 1; n <= 60; n++) {
    site.board.act({ kind: "card", number: n });
    if (n % 15 === 0) await pass(() => events(site).length >= n);
  }
  expect(events(site).map(({ seq }) => seq)).toEqual(Array.from({ length: 60 }, (_, at) => at + 1));
  expect(new Set(events(site).map(({ epoch }) => epoch)).size).toBe(1);
  expect(site.health.entries.filter(({ code }) => code === "readings-lost")).toEqual([]);
});

test("a late status with an old index is no lost memory", async () => {
  const site = await world();
  begin(site);
  await met(site);
  for (const card of [1, 2, 3]) site.board.act({ kind: "card", number: card });
  await site.clock.advance(2_000);
  await nth(site, 3);
  const hear = site.board.hear.bind(site.board);
  let old = 1;
  site.board.hear = (bytes) => {
    const answers = hear(bytes);
    // A packet of the time when there was one event, once.
    if (bytes[1] === 0x20 && old-- > 0) for (const { bytes: reply } of answers) reply.set([1, 0, 0, 0], 8);
    return answers;
  };
  await site.clock.advance(2_000);
  await settle();
  site.board.act({ kind: "card", number: 4 });
  await site.clock.advance(2_000);
  await nth(site, 4);
  expect(old).toBeLessThan(1);
  expect(events(site).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  expect(new Set(events(site).map(({ epoch }) => epoch)).size).toBe(1);
});

test("a board that goes away and comes back says so once each, and loses nothing", async () => {
  const site = await world();
  begin(site);
  await met(site);
  const { port } = site.server;
  await site.server.close();
  for (let second = 0; second < 60; second++) await site.clock.advance(1_000);
  site.board.act({ kind: "card", number: 8 });
  site.server = await serveUdp([site.board], { clock: site.clock, port });
  ends.push(() => site.server.close());
  for (let second = 0; second < 20; second++) {
    await site.clock.advance(1_000);
    await settle();
  }
  await until(() => events(site).length === 1, "the event of the absence came");
  const of = (kind: string) => site.readings.filter((reading) => reading.kind === kind).map(({ device }) => device);
  expect(of("device.offline")).toEqual(DEVICES.map(({ id }) => id));
  expect(of("device.online")).toEqual([...DEVICES, ...DEVICES].map(({ id }) => id));
});

test("a clock that is off is told, and set where that is wanted", async () => {
  const site = await world({ clockOffMs: -3_600_000 });
  const first = begin(site);
  await until(() => site.health.entries.length > 0, "it was told");
  expect(site.health.entries[0]).toMatchObject({ code: "device-clock", subject: "in-1", detail: /3600 s off/ });
  await first.stop();
  begin(site, { config: { setTime: true } });
  await until(() => site.board.clockOffMs === 0, "the clock was set");
  await site.clock.advance(2_000);
  // Another run than the one that told it.
  await until(() => site.health.entries.length === 0, "it was taken back");
});

test("a clock that lost the time costs the event its time alone", async () => {
  const site = await world();
  begin(site);
  await met(site);
  site.board.clockOffMs = 90 * 86_400_000;
  site.board.act({ kind: "card", number: 8 });
  await site.clock.advance(2_000);
  await nth(site, 1);
  expect(events(site)[0]).not.toHaveProperty("at");
});

test("a fire is told by its event, and its end once the input was up and fell", async () => {
  const site = await world();
  begin(site);
  await met(site);
  site.board.record({ type: 3, granted: false, door: 0, reason: 39 });
  await site.clock.advance(2_000);
  await nth(site, 1);
  await site.clock.advance(2_000);
  await until(() => String(site.vault.files.get(`board-${SERIAL}`)).includes('"up":true'), "the input was seen up");
  site.board.endFire();
  await site.clock.advance(2_000);
  await until(() => site.readings.at(-1)?.kind === "fire.off", "its end was told");
  expect(kinds(site).slice(-2)).toEqual(["board fire.on", "board fire.off"]);
});

test("keypad codes never leave the board's packet", async () => {
  const site = await world();
  begin(site);
  await met(site);
  site.board.record({ reason: 25, card: 7_531 });
  await site.clock.advance(2_000);
  await nth(site, 1);
  expect(events(site)).toMatchObject([{ kind: "access.granted", value: "supervisor-password" }]);
  expect(JSON.stringify([site.readings, site.log.lines])).not.toMatch(/7531|1D6B|credential/);
});

test("a command opens the one door; late it is not sent, and behind its deadline no packet goes out", async () => {
  const site = await world();
  const { driver } = begin(site);
  await met(site);
  const { clock, board } = site;
  const wish = (id: string, aheadMs: number) => ({
    id,
    action: "unlock" as const,
    notAfter: new Date(clock.nowMs() + aheadMs).toISOString(),
  });
  const { signal } = new AbortController();
  expect(await driver.command("door-2", wish("a", 5_000), signal)).toEqual({ id: "a", ok: true });
  expect(board.opened).toEqual([2]);
  await expect(driver.command("door-2", wish("b", -1), signal)).rejects.toMatchObject({ code: "timeout" });
  await expect(driver.command("board", wish("c", 5_000), signal)).rejects.toThrow(/a door of a board can `unlock`/);
  board.refuse = true;
  expect(await driver.command("in-1", wish("d", 5_000), signal)).toMatchObject({ ok: false });
  board.refuse = false;
  const { port } = site.server;
  await site.server.close();
  const late = driver.command("door-2", wish("e", 1_000), signal).catch((error: unknown) => error);
  await clock.advance(1_000);
  expect(await late).toMatchObject({ name: "LinkError", code: "timeout" });
  site.server = await serveUdp([board], { clock, port });
  ends.push(() => site.server.close());
  await clock.advance(5_000);
  await settle();
  expect(board.opened).toEqual([2]);
});

test("commands for one board are asked one after the other, so that answers cannot be mixed up", async () => {
  const site = await world();
  const { driver } = begin(site);
  await met(site);
  const { signal } = new AbortController();
  const notAfter = new Date(site.clock.nowMs() + 9_000).toISOString();
  const wish = (id: string) => ({ id, action: "unlock" as const, notAfter });
  const [a, b] = await Promise.all([
    driver.command("in-1", wish("a"), signal),
    driver.command("door-2", wish("b"), signal),
  ]);
  expect([a, b, site.board.opened]).toEqual([{ id: "a", ok: true }, { id: "b", ok: true }, [1, 2]]);
});

test("a port that is taken is a LinkError that says so", async () => {
  const site = await world();
  const driver = makeUhppote(site, { config: { listen: `127.0.0.1:${site.server.port}` } });
  await expect(driver.run(new AbortController().signal)).rejects.toMatchObject({
    name: "LinkError",
    code: "refused",
    message: expect.stringContaining("another program has the port"),
  });
});
