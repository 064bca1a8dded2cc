import type { Alert } from "@gatehouse/protocol";
import { opcuaTopic, RejectedError } from "@gatehouse/protocol";
import { expect, test } from "vitest";
import type { LocalPublish } from "../core/ports.ts";
import { MemoryLog } from "../testing/log.ts";
import { deedsOf, openDeedsDesk } from "./deeds-desk.ts";
import { type Answer, Ask } from "./seam.ts";

const ALERT = "alr_1x2y3z00001";
const ask = (given: object): Ask => Ask.parse({ n: 1, do: "confirm", alert: ALERT, by: "wang", ...given });
const CLEARED = "2026-11-25T08:00:00Z";

test.each([
  ["acknowledging", "acknowledge", "raised", null, "tamper", ["acknowledge"]],
  ["confirming what is answered", "confirm", "acknowledged", null, "tamper", ["rectify", "verify"]],
  ["confirming what is put right", "confirm", "rectifying", null, "group-rental", ["verify"]],
  ["confirming what the sensors have cleared", "confirm", "acknowledged", CLEARED, "tamper", ["close"]],
  ["confirming what no sensor takes back", "confirm", "acknowledged", null, "panic", ["close"]],
  ["a comment", "comment", "raised", null, "tamper", ["note"]],
] as const)("%s becomes its deeds", (_what, step, state, clearedAt, kind, deeds) => {
  const made = deedsOf(ask({ do: step, note: "seen" }), { state, clearedAt, kind });
  expect(made.map((deed) => deed.do)).toEqual(deeds);
});

/** A desk on a broker of one hand, and what it said. */
function desk(act: (deed: { readonly do: string }, by: string) => Promise<void>) {
  const said: Answer[] = [];
  let take: (publish: LocalPublish) => Promise<void> | undefined = () => undefined;
  const log = new MemoryLog();
  const alert = { id: ALERT, kind: "tamper", state: "raised", clearedAt: null } as Alert;
  const alerts = new Map([[ALERT, { alert }]]);
  openDeedsDesk({
    core: { act: (deed, by) => act(deed, by), state: { alerts } as never },
    broker: {
      onPublish: (handler) => {
        take = handler;
        return () => {};
      },
      publish: async (_topic, payload) => void said.push(JSON.parse(String(payload))),
    },
    log,
  });
  const send = (payload: string) =>
    take({ client: "side:opcua", topic: opcuaTopic.asks, payload: Buffer.from(payload), qos: 1 });
  return { said, log, send };
}

test("a step is answered once it is done, in the name of the user", async () => {
  const done: unknown[] = [];
  const { said, send } = desk(async (deed, by) => void done.push([deed.do, by]));
  await send(JSON.stringify(ask({ do: "acknowledge", n: 7 })));
  expect(done).toEqual([["acknowledge", "opcua:wang"]]);
  expect(said).toMatchObject([{ n: 7, ok: true, alert: { id: ALERT } }]);
});

test("what the core refuses is an answer, and what nobody understands ends nothing", async () => {
  const { said, log, send } = desk(() => Promise.reject(new RejectedError("it is closed")));
  await send(JSON.stringify(ask({ do: "acknowledge" })));
  await send(JSON.stringify(ask({ do: "acknowledge", alert: "alr_none" })));
  expect(said).toMatchObject([
    { ok: false, reason: "it is closed" },
    { ok: false, reason: "there is no alert alr_none" },
  ]);
  for (const bad of ["", "{", '{"n":1,"do":"close"}', '{"n":1,"do":"policies","bundle":{}}']) await send(bad);
  expect(said).toHaveLength(2);
  expect(log.lines.filter(({ level }) => level === "warn")).toHaveLength(4);
});
