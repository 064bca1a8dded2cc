import type { Alert } from "@gatehouse/protocol";
import { expect, it } from "vitest";
import { gatehouse } from "../support/gatehouse.ts";
import { openRig } from "../support/rig.ts";

const flat = "flat-count-0001";
const spaces = [1, 2].map((n) => ({
  id: `flat-count-000${n}`,
  kind: "flat",
  limit: { persons: 2, basis: "test" },
  risk: "red",
  address: { plate: `QR-${n}` },
}));

it("an alert is taken on, closed against the sensors with a note, reopened and closed again from the command line", async () => {
  const sections = { spaces, patrols: { checkpoints: [{ space: flat }] } };
  await using rig = await openRig({ devices: 2, uplinks: () => [], sections });
  const at = ["--state", rig.stateDir];
  const device = await rig.device("count-0001");
  await device.publishAsync("gatehouse/1/count-0001/readings", '{"kind":"tamper.on","epoch":1,"seq":1}', { qos: 1 });

  const [alert] = JSON.parse((await gatehouse("alerts", "--json", ...at)).out) as Alert[];
  const id = alert?.id ?? "";
  expect(alert).toMatchObject({ kind: "tamper", state: "raised", level: "red" });
  expect((await gatehouse("alerts", ...at)).out).toMatch(
    new RegExp(`^编号 .*\n${id}  红色  设备被拆动  .*待响应  仍在持续`),
  );

  const by = ["--by", "wang", "--lang", "en", ...at];
  expect(await gatehouse("alerts", "close", id, ...by)).toMatchObject({
    code: 1,
    err: expect.stringContaining("next can be acknowledged, not closed"),
  });
  expect((await gatehouse("alerts", "acknowledge", id, ...by)).out).toMatch(/acknowledged +local:wang/);
  expect(await gatehouse("alerts", "close", id, ...by)).toMatchObject({
    code: 1,
    err: expect.stringContaining("say in a note why"),
  });
  expect((await gatehouse("alerts", "close", id, "--note", "only loose", ...by)).out).toMatch(
    /closed .*local:wang, on a person's word \(against the sensors\): only loose/,
  );
  expect((await gatehouse("alerts", "reopen", id, "--note", "still loose", ...by)).code).toBe(0);
  await device.publishAsync("gatehouse/1/count-0001/readings", '{"kind":"tamper.off","epoch":1,"seq":2}', { qos: 1 });
  await gatehouse("alerts", "acknowledge", id, ...by);
  const closed = await gatehouse("alerts", "close", id, "--json", ...by);
  expect(JSON.parse(closed.out)).toMatchObject({ state: "closed", closedBy: { how: "sensors", by: "local:wang" } });
  expect((await gatehouse("alerts", "--lang", "en", ...at)).out).toBe("no alert is open\n");
  expect((await gatehouse("alerts", "list", "--all", "--lang", "en", ...at)).out).toContain(id);

  expect(await gatehouse("alerts", "show", "alr_0", ...at)).toMatchObject({ code: 78 });
  expect(await gatehouse("alerts", "note", id, ...by)).toMatchObject({ code: 64 });
  expect(await gatehouse("alerts", "--lang", "fr", ...at)).toMatchObject({ code: 78 });

  const patrol = ["patrol", "done", flat, "--by", "li", ...at];
  expect(await gatehouse(...patrol, "--plate", "QR-2")).toMatchObject({
    code: 1,
    err: expect.stringContaining(`the plate at ${flat} is not QR-2`),
  });
  expect(await gatehouse(...patrol, "--plate", "QR-1")).toMatchObject({ code: 0 });
  expect((await gatehouse("patrol", "--lang", "en", ...at)).out).toMatch(/plate local:li .*1\/0\n$/);
  expect((await gatehouse("compliance", ...at)).out).toMatch(/^位置 .*\n全场 /);
});
