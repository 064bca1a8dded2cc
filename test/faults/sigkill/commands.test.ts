import { systemClock } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { expect, it } from "vitest";
import { askControl } from "../../support/control.ts";
import { type CommandRow, commandRows } from "../../support/journal.ts";
import { obeyingDevice } from "../../support/obeying-device.ts";
import { openRig } from "../../support/rig.ts";

const DEVICE = "count-0001";
const SEED = 21;
const KILLS = 15;
const PER_LIFE = 30;

const unlock = (id: string) => ({ target: DEVICE, action: "unlock", args: { seconds: 1 }, secondsValid: 20, id });
const of = (rows: readonly CommandRow[], type: CommandRow["type"]) => rows.filter((row) => row.type === type);

it("a gateway killed between a command's id on disk and its result reports it as unknown, and never runs it again", async () => {
  await using rig = await openRig({ devices: 1, uplinks: () => [] });
  {
    await using device = await obeyingDevice(rig.url, DEVICE, async () => undefined);
    const reached = device.next();
    const asked = askControl(rig.stateDir, "command", unlock("c1")).catch((error: unknown) => error);
    expect((await reached).id).toBe("c1");
    await rig.gateway.end("SIGKILL");
    expect(await asked).toMatchObject({ name: "LinkError" });
  }
  expect(commandRows(rig.stateDir)).toMatchObject([{ type: "command", id: "c1" }]);
  await rig.restart();
  await using device = await obeyingDevice(rig.url, DEVICE, async () => ({ ok: true }));
  expect(await askControl(rig.stateDir, "command", unlock("c1"))).toMatchObject({
    result: { outcome: "duplicate", error: 'id "c1" was used already: it ended as unknown' },
  });
  expect(await askControl(rig.stateDir, "command", unlock("c2"))).toMatchObject({ result: { outcome: "done" } });
  await rig.gateway.end();
  expect(device.commands.map(({ id }) => id)).toEqual(["c2"]);
  expect(commandRows(rig.stateDir).map(({ type, id, outcome }) => [type, id, outcome])).toEqual([
    ["command", "c1", undefined],
    ["command-result", "c1", "unknown"],
    ["command", "c2", undefined],
    ["command-result", "c2", "done"],
  ]);
});

it(`${KILLS} kills at random moments: no command runs twice, none without its id on disk, each ends once (seed ${SEED})`, async () => {
  const random = new Random(SEED);
  await using rig = await openRig({ devices: 1, uplinks: () => [] });
  const obeyed: string[] = [];
  const told = new Map<string, string>();
  let unanswered: string[] = [];
  const give = (id: string): Promise<void> =>
    askControl(rig.stateDir, "command", unlock(id)).then(
      ({ result }) => void told.set(id, String(result?.["outcome"])),
      () => void unanswered.push(id),
    );
  for (let life = 0; life <= KILLS; life++) {
    const device = await obeyingDevice(rig.url, DEVICE, async ({ id }) => {
      obeyed.push(id);
      if (random.chance(0.2)) return undefined;
      await systemClock.sleep(random.float() * 20);
      return { ok: true };
    });
    const again = unanswered;
    unanswered = [];
    const given = again.map(give);
    let alive = true;
    const fresh = async () => {
      for (let i = 0; i < PER_LIFE && alive; i++) {
        given.push(give(`c${life}.${i}`));
        await systemClock.sleep(random.float() * 15);
      }
    };
    const giving = fresh();
    await systemClock.sleep(20 + random.float() * 230);
    alive = false;
    await rig.gateway.end(life < KILLS ? "SIGKILL" : "SIGTERM");
    await Promise.all([giving, ...given]);
    await device[Symbol.asyncDispose]();
    if (life < KILLS) await rig.restart();
  }
  await rig.restart();
  await rig.gateway.end();
  const rows = commandRows(rig.stateDir);
  const taken = of(rows, "command").map(({ id }) => id);
  const ended = of(rows, "command-result");
  const outcomes = new Map(ended.map(({ id, outcome }) => [id, outcome]));
  const unknown = ended.filter(({ outcome }) => outcome === "unknown").length;
  console.log(`${taken.length} commands, ${obeyed.length} reached the device, ${unknown} ended as unknown`);
  expect(unknown).toBeGreaterThan(KILLS / 2);
  expect(obeyed.length).toBeGreaterThan(KILLS * 3);
  expect(new Set(obeyed).size).toBe(obeyed.length);
  expect(obeyed.filter((id) => !taken.includes(id))).toEqual([]);
  expect(new Set(taken).size).toBe(taken.length);
  expect(ended.map(({ id }) => id).sort()).toEqual([...taken].sort());
  for (const [id, outcome] of told) if (outcome === "done") expect([id, outcomes.get(id)]).toEqual([id, "done"]);
});
