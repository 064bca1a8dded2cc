import type { Alert, Deed } from "@gatehouse/protocol";
import { FakeClock } from "@gatehouse/protocol/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { modelOf } from "../../core/state.ts";
import { factsOfMonth, type MonthProgress } from "../../monthly/request.ts";
import { openConsoleRig } from "../../testing/console-rig.ts";
import { CoreRun, DAY_MS, HOUR_MS, MINUTE_MS } from "../../testing/core-run.ts";
import { MemoryLog } from "../../testing/log.ts";
import { MemoryStore } from "../../testing/memory-store.ts";
import { testConfig } from "../../testing/site.ts";
import { alertAnswers } from "./alerts.ts";
import { dutyAnswers } from "./duties.ts";
import { jobAnswers } from "./job-answers.ts";
import { Jobs } from "./jobs.ts";
import { patrolAnswers } from "./patrols.ts";
import { reportAnswers } from "./reports.ts";

const START = "2026-03-02T12:00";

/** F1 is visited daily and has a plate, F2 weekly and has none. */
function siteConfig() {
  const { site } = testConfig();
  const devices = [...site.devices, { id: "meter-1", kind: "energy-meter", space: "F2" }];
  const spaces = site.spaces.map((space) => ({
    ...space,
    name: `Room ${space.id}`,
    risk: space.id === "F1" ? "red" : "yellow",
    ...(space.id === "F1" ? { address: { plate: "QR-1" } } : {}),
  }));
  const checkpoints = [{ space: "F1" }, { space: "F2", readers: ["lock-1"] }];
  return testConfig({ spaces, devices, patrols: { checkpoints } });
}

async function open() {
  const run = new CoreRun(siteConfig(), START);
  const store = new MemoryStore();
  const clock = new FakeClock(run.nowMs);
  const jobs = new Jobs(clock, new MemoryLog());
  const core = {
    get state() {
      return run.state;
    },
    get model() {
      return modelOf(run.state);
    },
    act: async (deed: Deed, by: string) => void run.act(deed, by),
    endFire: async () => {},
  };
  const stored = () =>
    store.write({
      alerts: [...run.state.alerts.values()].map(({ alert, raisedMs }) => {
        const { id, space, kind, state } = alert;
        return { id, space, kind, state, raisedMs, body: JSON.stringify(alert) };
      }),
    });
  const monthFacts = (month: string, progress?: MonthProgress) =>
    factsOfMonth({ core, store, targets: [], clock } as never, month, progress);
  const parts = {
    core,
    store,
    clock,
    jobs,
    monthFacts,
    photos: undefined,
    egress: { status: {} as never },
    rollCall: { now: {} as never },
    people: () => [],
  };
  const rig = await openConsoleRig({
    answers: {
      ...alertAnswers(parts),
      ...patrolAnswers(parts),
      ...dutyAnswers(parts),
      ...reportAnswers(parts),
      ...jobAnswers(jobs),
    },
  });
  /** The core's time is the console's. */
  const at = async () => clock.advance(run.nowMs - clock.nowMs());
  const send = async (role: string, key: string, body?: object) => {
    await at();
    const [method = "GET", url = ""] = key.split(" ");
    const { headers } = rig.signed(role);
    const json = body === undefined ? {} : { "content-type": "application/json" };
    return rig.app.inject({
      method: method as "GET",
      url,
      ...(body === undefined ? {} : { payload: body }),
      headers: { ...json, ...headers, origin: "https://127.0.0.1" },
    });
  };
  const ask = async (role: string, key: string, body?: object) => {
    const answer = await send(role, key, body);
    return { status: answer.statusCode, json: answer.json() };
  };
  return { run, store, stored, send, ask };
}

let box: Awaited<ReturnType<typeof open>>;
beforeEach(async () => {
  box = await open();
});

const visit = (plate: string) => ({ do: "patrol", space: "F1", plate, note: "window broken" });

describe("patrols", () => {
  it("are due in the last part of their period, then overdue with an alert, and counted whatever is asked for", async () => {
    const states = async () =>
      (await box.ask("auditor", "GET /api/1/patrols")).json.items.map(
        ({ space, state }: { space: string; state: string }) => `${space} ${state}`,
      );
    expect(await states()).toEqual(["F1 ahead", "F2 ahead"]);
    box.run.wait(18 * HOUR_MS);
    expect(await states()).toEqual(["F1 due", "F2 ahead"]);
    box.run.wait(10 * HOUR_MS);
    expect(await states()).toEqual(["F1 overdue", "F2 ahead"]);
    const { json } = await box.ask("auditor", "GET /api/1/patrols?state=overdue");
    expect(json).toMatchObject({ total: 1, next: null, counts: { overdue: 1, due: 0, ahead: 1 } });
    expect(json.items[0]).toMatchObject({
      name: "Room F1",
      risk: "red",
      last: null,
      dueAt: "2026-03-03T12:00:00.000+08:00",
      dueBy: "2026-03-03T16:00:00.000+08:00",
      alert: box.run.last("patrol-overdue")?.id,
      done: 0,
      missed: 1,
      plate: true,
      readers: [],
    });
    expect((await box.ask("auditor", "GET /api/1/patrols?search=f2")).json.items[0]).toMatchObject({
      plate: false,
      readers: ["lock-1"],
      alert: null,
    });
    expect((await box.ask("auditor", "GET /api/1/patrols?risk=blue")).json.total).toBe(0);
  });

  it("are recorded by managers and technicians with the plate at the door, with what was found; never by the plate's answer", async () => {
    box.run.wait(30 * HOUR_MS);
    expect((await box.ask("auditor", "POST /api/1/deeds", visit("QR-1"))).status).toBe(403);
    expect((await box.ask("manager", "POST /api/1/deeds", visit("QR-2"))).status).toBe(409);
    expect((await box.ask("technician", "POST /api/1/deeds", visit("QR-1"))).status).toBe(200);
    const { json } = await box.ask("manager", "GET /api/1/patrols?search=F1");
    expect(json.items[0]).toMatchObject({
      state: "ahead",
      alert: null,
      last: {
        how: "plate",
        by: "console:technician",
        at: "2026-03-03T18:00:00.000+08:00",
        note: "window broken",
      },
    });
    expect(JSON.stringify(json)).not.toContain("QR-1");
    const done = box.run.facts.find(({ type }) => type === "gatehouse.patrol.done");
    expect(JSON.stringify(done)).not.toContain("window");
  });

  it("come in pages that stay right while visits are recorded", async () => {
    const first = (await box.ask("auditor", "GET /api/1/patrols?limit=1")).json;
    expect(first.items.map(({ space }: { space: string }) => space)).toEqual(["F1"]);
    box.run.act(visit("QR-1") as Deed);
    const second = (await box.ask("auditor", `GET /api/1/patrols?limit=1&after=${first.next}`)).json;
    expect(second.items.map(({ space }: { space: string }) => space)).toEqual(["F2"]);
    expect(second.next).toBeNull();
    expect((await box.ask("auditor", "GET /api/1/patrols?after=nonsense")).status).toBe(422);
  });
});

describe("duties", () => {
  const list = async (query = "", role = "manager") => (await box.ask(role, `GET /api/1/duties${query}`)).json;

  it("are what waits for somebody, what is to be resolved and what to be repaired, the first due first", async () => {
    box.run.say("lock-1", "door.forced").wait(MINUTE_MS).say("lock-2", "tamper.on").wait(MINUTE_MS);
    const waiting = await list();
    expect(waiting.items.length).toBeGreaterThan(0);
    expect(waiting.items.every(({ about }: { about: string }) => about === "acknowledge")).toBe(true);
    const due = waiting.items.map(({ dueBy }: { dueBy: string }) => Date.parse(dueBy));
    expect(due).toEqual(due.toSorted((a: number, b: number) => a - b));
    const forced = waiting.items.find(({ kind }: Alert) => kind === "door-forced");
    expect(forced).toMatchObject({ name: "Room F1", late: false, can: ["acknowledge", "note"], alert: forced.id });
    expect((await list("", "auditor")).items[0].can).toEqual([]);

    await box.ask("manager", "POST /api/1/deeds", { do: "acknowledge", alert: forced.id });
    const resolve = await list("?about=resolve");
    expect(resolve.items).toMatchObject([{ id: forced.id, space: "F1" }]);
    expect(resolve.counts.all).toBe(waiting.counts.all);
    box.run.wait(40 * DAY_MS);
    expect((await list("?about=resolve&late=true")).items).toMatchObject([{ id: forced.id, late: true }]);
    await box.ask("manager", "POST /api/1/deeds", { do: "close", alert: forced.id, note: "new lock" });
    expect((await list("?about=resolve")).items.map(({ id }: { id: string }) => id)).not.toContain(forced.id);
  });

  it("are a device's repair once somebody has taken it on, and nothing when it works again", async () => {
    const meter = (hours: number) => {
      for (let n = 0; n < hours * 4; n++)
        box.run.say("meter-1", "meter.energyWh", box.run.nowMs / 1e6).wait(15 * MINUTE_MS);
    };
    meter(100);
    box.run.wait(3 * HOUR_MS);
    const fault = box.run.last("device-fault");
    if (fault === undefined) throw new TypeError("the site raised no device fault");
    await box.ask("manager", "POST /api/1/deeds", { do: "acknowledge", alert: fault.id });
    expect((await list("?about=repair")).items).toMatchObject([{ device: "meter-1", alert: fault.id }]);
    meter(2);
    expect((await list("?about=repair")).total).toBe(0);
  });

  it("are a listed room's way off the list, until it is off", async () => {
    for (const device of ["count-1", "count-2"]) box.run.say(device, "count.in", 1);
    box.run.believe(5, 4, 6, 0.99).until("2026-03-06T13:00");
    const { json } = await box.ask("auditor", "GET /api/1/compliance");
    expect(json.site).toMatchObject({ days: 0, listed: 2, late: 0 });
    expect(json.rules).toEqual({ delistAfterDays: 30, delistWithinDays: 92 });
    expect(json.items[0]).toMatchObject({ name: "Room F1", risk: "red", days: 0, listed: { late: false } });
    const { items } = await list("?about=delist&space=F1");
    const by = json.items[0].listed.dueBy as string;
    expect(items).toMatchObject([{ id: "list:F1", level: "red", alert: null, can: [], late: false }]);
    // To the end of that day.
    expect(Date.parse(items[0].dueBy)).toBe(Date.parse(`${by}T24:00:00+08:00`));
    expect((await box.ask("auditor", "GET /api/1/compliance?listed=true&search=f2")).json.total).toBe(1);
    expect((await box.ask("auditor", "GET /api/1/compliance?listed=false")).json.total).toBe(0);
    const page = (await box.ask("auditor", "GET /api/1/compliance?limit=1")).json;
    const next = (await box.ask("auditor", `GET /api/1/compliance?limit=1&after=${page.next}`)).json;
    expect([...page.items, ...next.items].map(({ space }) => space)).toEqual(["F1", "F2"]);
  });
});

describe("the monthly report", () => {
  it("names the months there is something of, the running one first", async () => {
    const months = async () => (await box.ask("auditor", "GET /api/1/reports")).json;
    expect(await months()).toEqual({ months: [{ month: "2026-03", running: true }], long: false });
    box.run.say("lock-1", "device.online").until("2027-01-05T00:00");
    const { months: all } = await months();
    expect(all).toHaveLength(11);
    expect([all[0], all[1], all.at(-1)]).toEqual([
      { month: "2027-01", running: true },
      { month: "2026-12", running: false },
      { month: "2026-03", running: false },
    ]);
  });

  it("has its figures, says when there are none, and is a page to print or to save", async () => {
    box.run.say("lock-1", "device.online").say("lock-1", "tamper.on").until("2026-05-02T00:00");
    await box.stored();
    const figures = async (month: string) =>
      (await box.ask("auditor", `GET /api/1/reports/month/figures?month=${month}`)).json;
    const march = await figures("2026-03");
    expect(march.empty).toBe(false);
    expect(march.facts.alerts.find(({ kind }: Alert) => kind === "tamper")).toMatchObject({ raised: 1, open: 1 });
    expect((await figures("2026-02")).empty).toBe(true);
    expect((await box.ask("auditor", "GET /api/1/reports/month/figures?month=2027-02")).status).toBe(422);
    const shown = await box.send("auditor", "GET /api/1/reports/month?month=2026-02&lang=en");
    expect(shown.headers["content-disposition"]).toBe("inline");
    expect(shown.headers["content-security-policy"]).toContain("sandbox");
    expect(shown.body).toContain("Nothing was recorded in this month");
    const saved = await box.send("auditor", "GET /api/1/reports/month?month=2026-03&save=true");
    expect(saved.headers["content-disposition"]).toContain("report-2026-03.html");
    expect(saved.body).toContain("设备被拆动");
  });

  it("is made as a job where very many alerts are kept, with its progress and its file", async () => {
    box.run.say("lock-1", "device.online").say("lock-1", "tamper.on").until("2026-04-02T00:00");
    const record = [...box.run.state.alerts.values()][0];
    if (record === undefined) throw new TypeError("the site raised no alert");
    const { space, kind, state } = record.alert;
    const rows = Array.from({ length: 10_001 }, (_, n) => {
      const id = `alr_${n.toString(36)}`;
      const body = JSON.stringify({ ...record.alert, id });
      return { id, space, kind, state, raisedMs: record.raisedMs, body };
    });
    await box.store.write({ alerts: rows });
    expect((await box.ask("auditor", "GET /api/1/reports")).json.long).toBe(true);
    const begun = await box.ask("auditor", "POST /api/1/reports", { month: "2026-03" });
    expect(begun.json).toMatchObject({ kind: "report", state: "running", by: "auditor" });
    const shares: number[] = [];
    let looked = (await box.ask("auditor", `GET /api/1/jobs/${begun.json.id}`)).json;
    for (; looked.job.state === "running"; looked = (await box.ask("auditor", `GET /api/1/jobs/${begun.json.id}`)).json)
      if (looked.job.progress !== null) shares.push(looked.job.progress);
    expect(looked.job.state).toBe("done");
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(looked.result.facts.alerts[0]).toMatchObject({ raised: 10_001 });
    const again = await box.ask("manager", "POST /api/1/reports", { month: "2026-03" });
    expect((await box.ask("manager", `DELETE /api/1/jobs/${again.json.id}`)).json).toEqual({ done: true });
    expect((await box.ask("manager", `GET /api/1/jobs/${again.json.id}`)).json.job.state).toBe("cancelled");
    const file = await box.send("auditor", `GET /api/1/jobs/${begun.json.id}/file`);
    expect(file.headers["content-disposition"]).toContain("report-2026-03.html");
    expect(file.body).toContain("10,001");
  });
});
