import { readFileSync } from "node:fs";
import { join } from "node:path";
import { spawnLoad } from "@gatehouse/device-sim";
import { systemClock } from "@gatehouse/protocol";
import { expect, it } from "vitest";
import { openFireDrill } from "../support/fire-drill.ts";
import { fireSections } from "../support/fire-site.ts";
import { gatehouse } from "../support/gatehouse.ts";
import { deviceIds } from "../support/load-site.ts";
import { eventually, openRig, type Rig, readingsTopic } from "../support/rig.ts";

const enter = async (rig: Rig, device: string, value: number) =>
  (await rig.device(device)).publishAsync(readingsTopic(device), JSON.stringify({ kind: "count.in", value }), {
    qos: 1,
  });

it("one call lists who is where, what is only counted, and what nobody knows, with the platform down", async () => {
  const { spaces, portals, devices, ...rest } = fireSections(2, 1) as Record<
    "spaces" | "portals" | "devices",
    object[]
  >;
  const sections = {
    ...rest,
    spaces: [
      ...spaces,
      { id: "cellar", kind: "corridor", name: "地下室 <1>" },
      { id: "yard", kind: "corridor", name: "院子" },
    ],
    portals: [...portals, { id: "door-yard", kind: "door", from: "outside", to: "yard" }],
    devices: [...devices, { id: "count-yard", kind: "counter", portal: "door-yard", watch: false }],
  };
  await using rig = await openRig({ devices: 2, sections });
  await rig.city.fail("refuse");
  await enter(rig, "count-0001", 3);
  await enter(rig, "count-yard", 2);
  const at = ["--state", rig.stateDir];
  const { code, out } = await gatehouse("rollcall", "--json", ...at);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    site: { id: "load-site", name: "Load" },
    fire: [],
    total: { present: 0 },
    spaces: [],
    unjudged: [
      { space: "yard", present: 2, low: 1, high: 3, silent: [], since: expect.stringMatching(/^20.*\+08:00$/) },
    ],
    unknown: [
      { space: "hall", why: "its devices have said nothing yet" },
      {
        space: "flat-count-0001",
        why: "its record does not reach back over a whole night yet: 3 more came in than went out",
      },
      { space: "flat-count-0002", why: "its devices have said nothing yet" },
      { space: "cellar", why: "no device watches it" },
    ],
  });
  const text = await gatehouse("rollcall", ...at);
  expect(text.out).toMatch(/^Roll call Load \(load-site\), 20/);
  expect(text.out).toMatch(/^TOTAL 0 people, between 0 and 0, without 4 spaces that are not known$/m);
  expect(text.out).toMatch(/^yard +院子 +2 +1-3 +20\d\d-\d\d-\d\d \d\d:\d\d:\d\d$/m);
  expect(text.out).toMatch(/^NOT KNOWN WELL ENOUGH, somebody has to look:$/m);
  const page = join(rig.dir, "roll-call.html");
  expect(await gatehouse("rollcall", "--html", page, ...at)).toMatchObject({ code: 0, err: "" });
  const html = readFileSync(page, "utf8");
  expect(html).toContain("size: A4");
  expect(html).toContain("点名表 Roll call");
  expect(html).toContain("记录尚不足一整夜");
  expect(html).toContain("地下室 &#60;1&#62;");
  expect(html).not.toMatch(/<script|https?:/);
  expect(await gatehouse("rollcall", "--html", join(rig.dir, "no", "x.html"), ...at)).toMatchObject({ code: 78 });
  await rig.gateway.end();
  expect(await gatehouse("rollcall", ...at)).toMatchObject({ code: 69 });
});

it("answers within a second while readings come as fast as they can", async () => {
  await using rig = await openRig({ devices: 56 });
  await rig.city.fail("refuse");
  let acknowledged = 0;
  const load = spawnLoad({ url: rig.url, devices: deviceIds(56), window: 32 }, (progress) => {
    acknowledged = progress.acknowledged;
  });
  await eventually(() => acknowledged > 2_000, Boolean, 30_000);
  const { askControl } = await import("../support/control.ts");
  const took: number[] = [];
  for (let call = 0; call < 20; call++) {
    const fromMs = systemClock.monoMs();
    const { result } = await askControl(rig.stateDir, "rollcall");
    took.push(systemClock.monoMs() - fromMs);
    expect(result?.["unknown"]).toHaveLength(56);
  }
  load.stop();
  await load.result;
  console.log(`roll call, busy: the slowest of ${took.length} took ${Math.max(...took).toFixed(1)} ms`);
  expect(Math.max(...took)).toBeLessThan(1_000);
});

it("a fire is shown, and is over when somebody says so and the inputs are quiet", async () => {
  await using rig = await openRig({ devices: 1, sections: fireSections(1, 2) });
  const at = ["--state", rig.stateDir];
  expect((await gatehouse("fire", ...at)).out).toMatch(/^no fire stands\nexit-1 +idle\n/);
  await using drill = await openFireDrill(rig, 2);
  await drill.fire();
  await eventually(
    async () => (await gatehouse("fire", ...at)).out,
    (out) => /exit-2 +released after \d+ ms/.test(out),
  );
  expect((await gatehouse("fire", ...at)).out).toMatch(/^FIRE since 20.*: fire-1\n/);
  const early = await gatehouse("fire", "over", ...at);
  expect(early).toMatchObject({
    code: 1,
    err: expect.stringMatching(/fire-1 is on since .*: reset the fire panel first/),
  });
  expect(early.err).not.toMatch(/\n\s+at /);
  const panel = await rig.device("fire-1");
  await panel.publishAsync(readingsTopic("fire-1"), JSON.stringify({ kind: "fire.off" }), { qos: 1 });
  expect(await gatehouse("fire", "over", "--by", "guard", "--note", "drill", ...at)).toMatchObject({ code: 0 });
  await eventually(
    () => drill.doors.map(({ commands }) => commands.at(-1)?.action),
    (last) => last.every((action) => action === "lock"),
  );
  expect(await gatehouse("fire", "out", ...at)).toMatchObject({ code: 78 });
});

it("a site file with a fire section that cannot work is refused with advice", async () => {
  await using rig = await openRig({ devices: 1 });
  const wrong: readonly (readonly [object, RegExp])[] = [
    [{ inputs: ["fire-2"] }, /fire\.inputs\[0\][\s\S]*there is no device "fire-2"[\s\S]*did you mean "fire-1"/],
    [{ doors: [{ device: "exit-9" }] }, /fire\.doors\[0\]\.device[\s\S]*there is no device "exit-9"/],
    [{ doors: [{ device: "exit-1", args: { seconds: -1 } }] }, /fire\.doors\[0\]\.args\.seconds/],
    [{ doors: [{ device: "exit-1" }, { device: "exit-1" }] }, /says the same as fire\.doors\[0\]/],
    [{ doors: [{ device: "exit-1", action: "lock" }] }, /fire\.doors\[0\]\.action/],
    [{ hold: "never" }, /fire\.hold/],
  ];
  const { writeFileSync } = await import("node:fs");
  const site = JSON.parse(readFileSync(rig.siteFile, "utf8")) as object;
  for (const [fire, reason] of wrong) {
    const file = join(rig.dir, "wrong.yaml");
    writeFileSync(file, JSON.stringify({ ...site, ...fireSections(1, 1, fire) }));
    const { code, err, out } = await gatehouse("check", file);
    expect([fire, code]).toEqual([fire, 78]);
    expect(err + out).toMatch(reason);
  }
});
