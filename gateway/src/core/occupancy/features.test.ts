import { expect, it } from "vitest";
import { CoreRun, HOUR_MS, MINUTE_MS } from "../../testing/core-run.ts";
import { testConfig } from "../../testing/site.ts";
import { against, FEATURES, VECTOR_LENGTH } from "./features.ts";

const at = (name: string): number => FEATURES.findIndex((feature) => feature.name === name);

it("counts a register up to the limit: more people on paper are no sign of more in bed", () => {
  const registered = (heads: number | undefined) =>
    against(new Float64Array(VECTOR_LENGTH), { limit: 2, registered: heads }, 2)[at("registered - persons")];
  expect([registered(1), registered(2), registered(6), registered(undefined)]).toEqual([-1, 0, 0, Number.NaN]);
});

it("knows nothing of the day on which the devices were mounted and tried", () => {
  const seen: Record<string, number>[] = [];
  const core = new CoreRun(testConfig(), "2026-03-02T09:00");
  core.state.residencyModel = ({ space }, values) => {
    const named = ["days", "high.q8028", "grants.mean28", "opens.mean28", "cards.once14"];
    if (space.id === "F1") seen.push(Object.fromEntries(named.map((name) => [name, values[at(name)] as number])));
    return { residing: 0, low: 0, high: 0, pOver: 0, evidence: [] };
  };
  for (let i = 0; i < 20; i++) {
    core.say("lock-1", "access.granted", undefined, { credential: `c_0000000${100 + i}` }).say("lock-1", "door.opened");
    core.say("count-1", "count.in", 1).wait(MINUTE_MS);
    if (i % 3 > 0) core.say("count-1", "count.out", 1).wait(MINUTE_MS);
  }
  // One lives there: out at eight, home at six.
  for (let day = 3; day < 6; day++) {
    core.until(`2026-03-0${day}T08:00`).say("lock-1", "door.opened").say("count-1", "count.out", 1);
    core.until(`2026-03-0${day}T18:00`).say("lock-1", "access.granted", undefined, { credential: "c_00000000aa" });
    core.say("lock-1", "door.opened").say("count-1", "count.in", 1).wait(HOUR_MS);
  }
  core.until("2026-03-06T07:00");
  expect(seen[0]).toMatchObject({ days: 0, "grants.mean28": Number.NaN });
  expect(seen.at(-1)).toMatchObject({ days: 3, "grants.mean28": 1, "opens.mean28": 2, "cards.once14": 0 });
  expect(seen.at(-1)?.["high.q8028"]).toBeLessThan(2.5);
});
