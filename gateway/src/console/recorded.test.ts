import { expect, it } from "vitest";
import { openConsoleRig } from "../testing/console-rig.ts";

it("edits of the site file that are only tried leave no line of a change that never was", async () => {
  const tried = { hash: "h", version: null, diff: { changes: [], lines: [] }, warnings: [] };
  const rig = await openConsoleRig({ answers: { "PATCH /api/1/config": async () => tried } });
  const { headers } = rig.signed("technician");
  const edit = async (check: boolean) => {
    const payload = { hash: "h", edits: [{ op: "set", path: "site/name", value: "x" }], check };
    const answer = await rig.app.inject({ method: "PATCH", url: "/api/1/config", headers, payload });
    expect(answer.statusCode).toBe(200);
    return rig.audit.map(({ by, what }) => [by, what]);
  };
  expect(await edit(true)).toEqual([]);
  expect(await edit(false)).toEqual([["technician", "PATCH /api/1/config"]]);
});
