import type { Alert, Deed } from "@gatehouse/protocol";
import { FakeClock } from "@gatehouse/protocol/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { LiveDrivers } from "../../core/commands/live-drivers.ts";
import { HealthBoard } from "../../core/health.ts";
import { modelOf } from "../../core/state.ts";
import { DeviceBook } from "../../monitor/device-book.ts";
import { RollCallBook } from "../../monitor/roll-call.ts";
import { openConsoleRig } from "../../testing/console-rig.ts";
import { CoreRun } from "../../testing/core-run.ts";
import { MemoryStore } from "../../testing/memory-store.ts";
import { testConfig, testPolicy } from "../../testing/site.ts";
import type { ApiKey } from "../table/index.ts";
import { alertAnswers } from "./alerts.ts";
import { spaceAnswers } from "./spaces.ts";

const START = "2026-03-02T12:00";

/** A console before a core in virtual time; what the core raised stands in the store as the gateway would have put it. */
async function open() {
  const run = new CoreRun(testConfig(), START);
  const store = new MemoryStore();
  const clock = new FakeClock(run.nowMs);
  const drivers = new LiveDrivers();
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
  const stored = async () => {
    const rows = [...run.state.alerts.values()].map(({ alert, raisedMs }) => {
      const { id, space, kind, state } = alert;
      return { id, space, kind, state, raisedMs, body: JSON.stringify(alert) };
    });
    await store.write({ alerts: rows });
  };
  const parts = {
    core,
    store,
    clock,
    drivers,
    health: new HealthBoard(clock),
    book: new DeviceBook(clock, () => true),
    driverFacts: new Map(),
    policies: new Map([[testPolicy.id, testPolicy]]),
    actionsOf: () => [],
    isSetUp: () => true,
    photosAllowed: false,
    photos: undefined,
    egress: { status: { fire: [], doors: [] } as never },
    rollCall: new RollCallBook({ core, drivers, clock }),
    monthFacts: () => Promise.reject(new TypeError("not asked here")),
    people: () => ["manager", "li"],
  };
  const rig = await openConsoleRig({ answers: { ...spaceAnswers(parts), ...alertAnswers(parts) } });
  const ask = async (role: string, key: ApiKey | string, body?: object) => {
    const [method = "GET", url = ""] = key.split(" ");
    const { headers } = rig.signed(role);
    const given = body === undefined ? {} : { payload: body, headers: { "content-type": "application/json" } };
    const asked = { method: method as "GET", url, ...given };
    const answer = await rig.app.inject({
      ...asked,
      headers: { ...asked.headers, ...headers, origin: "https://127.0.0.1" },
    });
    return { status: answer.statusCode, json: answer.json() };
  };
  return { run, ask, stored, store };
}

let box: Awaited<ReturnType<typeof open>>;
beforeEach(async () => {
  box = await open();
});

describe("spaces", () => {
  it("are told with what is believed of them, and found by risk, by limit, by a part of their name", async () => {
    box.run.say("count-1", "count.in", 3).believe(3, 2, 4, 0.95).until("2026-03-03T12:00");
    const { json } = await box.ask("auditor", "GET /api/1/spaces");
    expect(json).toMatchObject({ total: 2, next: null });
    expect(json.items[0]).toMatchObject({
      id: "F1",
      risk: "red",
      judged: true,
      limit: { persons: 2 },
      estimate: { residing: 3, low: 2, high: 4, pOver: 0.95, sign: "first" },
      devices: 3,
      devicesDown: 3,
    });
    const ids = async (query: string) =>
      (await box.ask("auditor", `GET /api/1/spaces?${query}`)).json.items.map((row: { id: string }) => row.id);
    expect(await ids("over=true")).toEqual(["F1"]);
    expect(await ids("over=false")).toEqual(["F2"]);
    expect(await ids("search=f2")).toEqual(["F2"]);
    expect(await ids("risk=blue")).toEqual([]);
    expect(await ids("limit=1")).toEqual(["F1"]);
    expect(await ids("limit=1&after=F1")).toEqual(["F2"]);
    expect(await ids("after=gone")).toEqual([]);
  });

  it("have their nights with interval and limit, also after a restart from the snapshot", async () => {
    box.run.say("count-1", "count.in", 3).believe(3, 2, 5, 0.9).until("2026-03-04T12:00").restart();
    const night = { residing: 3, low: 2, high: 5, limit: 2, pOver: 0.9 };
    const { json } = await box.ask("auditor", "GET /api/1/spaces/F1/nights?days=30");
    expect(json.nights).toEqual([
      { date: "2026-03-03", ...night },
      { date: "2026-03-04", ...night },
    ]);
    expect((await box.ask("auditor", "GET /api/1/spaces/F2/nights")).json).toEqual({ nights: [] });
    expect((await box.ask("auditor", "GET /api/1/spaces/F9/nights")).status).toBe(404);
  });

  it("explain their limit, and the site its policies", async () => {
    const { json } = await box.ask("auditor", "GET /api/1/spaces/F2");
    expect(json.limitExplained).toEqual({
      en: "At most 4 people may live here: 2 rooms of 14, 11 m², at most 2 in a room, at least 5 m² for each (test).",
      zh: "最多可住4人：2间房，面积14、11平方米，每间最多2人，人均不少于5平方米（test）。",
    });
    expect(json.devices.map(({ id }: { id: string }) => id)).toEqual(["lock-2", "count-2"]);
    expect((await box.ask("auditor", "GET /api/1/site")).json).toMatchObject({
      counts: { spaces: 2, judged: 2, devices: 5 },
    });
  });
});

describe("alerts", () => {
  const panic = (times: number) => {
    for (let n = 0; n < times; n++) {
      box.run.say("panic-1", "panic");
      const open = [...box.run.state.alerts.values()].find(({ alert }) => alert.state === "raised")?.alert as Alert;
      box.run.wait(60_000);
      box.run.act({ do: "acknowledge", alert: open.id });
      box.run.act({ do: "close", alert: open.id, note: "seen" });
      box.run.wait(60_000);
    }
  };

  it("come in pages that stay right while alerts come and go", async () => {
    for (const device of ["lock-1", "lock-2"])
      for (const kind of ["door.forced", "tamper.on"] as const) box.run.say(device, kind).wait(60_000);
    await box.stored();
    for (const filter of ["open=true&", ""]) {
      const list = async (query: string) => (await box.ask("auditor", `GET /api/1/alerts?${filter}${query}`)).json;
      const ids = (page: { items: Alert[] }) => page.items.map(({ id }) => id);
      const all = await list("");
      expect(all.total).toBeGreaterThan(2);
      const first = await list("limit=2");
      expect(ids(first)).toEqual(ids(all).slice(0, 2));
      box.run.say("count-1", "tamper.on").say("count-2", "door.forced").wait(1_000);
      await box.stored();
      const second = await list(`limit=200&after=${first.next}`);
      expect(ids(second)).toEqual(ids(all).slice(2));
      expect(second.next).toBeNull();
    }
    expect((await box.ask("auditor", "GET /api/1/alerts?after=nonsense")).status).toBe(422);
  });

  it("are found by space, kind, level, and by whether they are open", async () => {
    panic(1);
    box.run.say("lock-2", "door.forced");
    await box.stored();
    const count = async (query: string) => (await box.ask("auditor", `GET /api/1/alerts?${query}`)).json.total;
    expect(await count("")).toBe(2);
    expect(await count("space=F2")).toBe(1);
    expect(await count("kind=panic")).toBe(1);
    expect(await count("level=emergency&open=false")).toBe(1);
    expect(await count("level=emergency&open=true")).toBe(0);
    expect(await count("open=false")).toBe(1);
  });

  it("are worked on by managers; technicians may speak to those about devices, auditors read", async () => {
    box.run.say("lock-1", "door.forced");
    const [id] = [...box.run.state.alerts.keys()];
    const can = async (role: string) => (await box.ask(role, `GET /api/1/alerts/${id}`)).json.can;
    expect(await can("manager")).toEqual(["acknowledge", "note"]);
    expect(await can("technician")).toEqual([]);
    expect(await can("auditor")).toEqual([]);
    const acknowledge = { do: "acknowledge", alert: id, note: "on my way" };
    expect((await box.ask("auditor", "POST /api/1/deeds", acknowledge)).status).toBe(403);
    expect((await box.ask("technician", "POST /api/1/deeds", acknowledge)).status).toBe(403);
    expect((await box.ask("technician", "POST /api/1/deeds", { do: "note", alert: id, note: "x" })).status).toBe(403);
    expect(await box.ask("manager", "POST /api/1/deeds", acknowledge)).toEqual({ status: 200, json: { done: true } });
    expect(box.run.last("door-forced")?.history.at(-1)).toMatchObject({
      to: "acknowledged",
      by: "console:manager",
      note: "on my way",
    });
    expect((await box.ask("manager", "POST /api/1/deeds", acknowledge)).status).toBe(409);
    expect(
      (await box.ask("manager", "POST /api/1/deeds", { do: "policies", bundle: { revision: 1, policies: [] } })).status,
    ).toBeGreaterThanOrEqual(400);
  });

  it("are handed over by name to people with an account", async () => {
    box.run.say("lock-1", "door.forced");
    expect((await box.ask("manager", "POST /api/1/deeds", { do: "start-hand-over", to: "nobody" })).status).toBe(422);
    expect((await box.ask("manager", "POST /api/1/deeds", { do: "start-hand-over", to: "li" })).status).toBe(200);
    const { handOvers, people } = (await box.ask("manager", "GET /api/1/hand-overs")).json;
    expect(people).toEqual(["manager", "li"]);
    expect(handOvers[0]).toMatchObject({ from: "manager", to: "li", state: "open" });
  });
});
