import { InvariantError, type RawReading } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { expect, it } from "vitest";
import type { CoreConfig } from "../core/model.ts";
import type { Assessor } from "../core/occupancy/assess.ts";
import { testConfig } from "../testing/site.ts";
import { Forerunner } from "./forerunner.ts";
import type { Recorded } from "./recorded.ts";
import { Replay } from "./replay.ts";
import type { Piece } from "./sources.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.parse("2026-03-02T12:00:00+08:00");
const CARDS = ["c_00000000a1", "c_00000000a2", "c_00000000a3"] as const;
const KINDS = ["count.in", "count.out", "door.opened", "access.granted"] as const;

/** What two busy doors say in `days`, some of it hours or days late. */
function readings(days: number, seed: number): Recorded[] {
  const random = new Random(seed);
  const all: Recorded[] = [];
  for (let receivedMs = START_MS; receivedMs < START_MS + days * DAY_MS; receivedMs += random.int(1, 90) * 60_000) {
    const kind = random.pick(KINDS);
    const flat = random.int(1, 2);
    const lateMs = random.chance(0.9) ? 0 : random.int(1, 100) * HOUR_MS;
    const told = receivedMs - lateMs;
    const reading: RawReading = {
      device: kind.startsWith("count") ? `count-${flat}` : `lock-${flat}`,
      kind,
      at: new Date(told).toISOString(),
      ...(kind === "access.granted" ? { credential: random.pick(CARDS) } : {}),
      ...(kind.startsWith("count") ? { value: random.int(1, 2) } : {}),
    };
    all.push({ receivedMs, clock: "synced", reading, toldMs: told });
  }
  return all;
}

async function* pieces(lines: readonly Recorded[]): AsyncGenerator<Piece> {
  for (let at = 0; at < lines.length; at += 25)
    yield { lines: () => lines.slice(at, at + 25), share: at / lines.length };
}

/** Everything a replay says. Why a morning came to what it did stands in alerts alone. */
function replayOf(config: CoreConfig, assessor?: Assessor) {
  const said: unknown[] = [];
  const replay = new Replay({
    config,
    assessor,
    onEstimate: (space, nowMs, { evidence: _, ...estimate }) => said.push([space, nowMs, estimate]),
    onAlert: (alert) => said.push(alert),
  });
  return { replay, said };
}

const LIMITED = testConfig({ rules: [] });
const STRICTER: CoreConfig = {
  ...LIMITED,
  site: {
    ...LIMITED.site,
    spaces: LIMITED.site.spaces.map((space) => ({ ...space, limit: { persons: 1, basis: "tried" } })),
  },
};

it.each([1, 2, 3])(
  "says what one thread alone says, of two configurations at once, late readings and all (seed %i)",
  async (seed) => {
    const configs = [LIMITED, STRICTER];
    const lines = readings(40, seed);
    const untilMs = START_MS + 38 * DAY_MS;
    const alone = configs.map((config) => replayOf(config));
    for (const line of lines) if (line.receivedMs <= untilMs) for (const { replay } of alone) replay.take(line);
    for (const { replay } of alone) replay.advance(untilMs);

    using forerunner = new Forerunner();
    forerunner.begin(configs, untilMs);
    const ahead = configs.map((config, index) => replayOf(config, forerunner.assessorOf(index)));
    reading: for await (const piece of forerunner.ahead(pieces(lines))) {
      for (const line of piece.lines() as readonly Recorded[]) {
        if (line.receivedMs > untilMs) break reading;
        for (const { replay } of ahead) replay.take(line);
      }
    }
    for (const { replay } of ahead) replay.advance(untilMs);
    for (const [index, { said }] of ahead.entries()) expect(said).toEqual(alone[index]?.said);
    expect(alone[0]?.said.length).toBeGreaterThan(100);
    expect(alone[0]?.said).toContainEqual(
      expect.objectContaining({ kind: "group-rental", evidence: expect.arrayContaining([expect.anything()]) }),
    );
    expect(alone[1]?.said).not.toEqual(alone[0]?.said);
  },
);

it("notices when it went another way", async () => {
  using forerunner = new Forerunner();
  forerunner.begin([LIMITED]);
  const { replay } = replayOf(LIMITED, forerunner.assessorOf(0));
  const lines = readings(4, 7);
  // The other flat is the first to be judged.
  const other = lines.filter(({ reading }) => reading.device.endsWith("-2"));
  const own = lines.filter(({ reading }) => reading.device.endsWith("-1"));
  const take = async () => {
    for await (const _ of forerunner.ahead(pieces(other)));
    for (const line of own) replay.take(line);
  };
  await expect(take()).rejects.toThrow(InvariantError);
});

it("tells why there are no more mornings", async () => {
  using forerunner = new Forerunner();
  forerunner.begin([LIMITED]);
  const { replay } = replayOf(LIMITED, forerunner.assessorOf(0));
  const lines = readings(4, 7);
  const broken = { lines: () => lines, share: 1, packed: { count: 1 } } as unknown as Piece;
  const take = async () => {
    for await (const _ of forerunner.ahead(
      (async function* () {
        yield broken;
      })(),
    ));
    for (const line of lines) replay.take(line);
  };
  await expect(take()).rejects.toThrow(/forerunner ended: TypeError/);
});
