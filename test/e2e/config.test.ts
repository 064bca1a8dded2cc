import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { freePort } from "../support/free-port.ts";
import { gatehouse } from "../support/gatehouse.ts";
import { eventually, openRig, type Rig, readingsTopic } from "../support/rig.ts";

const config = (rig: Pick<Rig, "stateDir">, ...args: readonly string[]) =>
  gatehouse("config", ...args, "--state", rig.stateDir);

const starts = ({ gateway }: Pick<Rig, "gateway">): number => gateway.log.filter(({ msg }) => msg === "ready").length;
const started = (rig: Pick<Rig, "gateway">, count: number) =>
  eventually(
    async () => starts(rig),
    (seen) => seen >= count,
  );

/** Writes the rig's site with one thing changed, beside it. */
function changed(rig: Rig, name: string, change: (site: Record<string, unknown>) => void): string {
  const site = parse(readFileSync(rig.siteFile, "utf8")) as Record<string, unknown>;
  change(site);
  const file = join(rig.dir, name);
  writeFileSync(file, stringify(site));
  return file;
}

it("takes a new site file, starts anew in the same process, and still owes its platform what it owed", async () => {
  await using rig = await openRig({ devices: 1 });
  await rig.city.fail("refuse");
  const device = await rig.device("count-0001");
  const tamper = JSON.stringify({ epoch: 1, seq: 1, kind: "tamper.on" });
  await device.publishAsync(readingsTopic("count-0001"), tamper, { qos: 1 });
  const next = changed(rig, "next.yaml", (site) => {
    (site["site"] as Record<string, unknown>)["name"] = "renamed";
  });
  expect((await config(rig, "diff", next)).out).toMatch(/^\+ .*renamed/m);
  expect(await config(rig, "apply", next, "--note", "a new name")).toMatchObject({
    code: 0,
    out: "version 2 is in use: the gateway runs with it\n",
  });
  await started(rig, 2);
  expect(rig.gateway.child.exitCode).toBeNull();
  expect((await config(rig)).out).toMatch(/^\* {4}2 .*a new name$/m);
  await rig.city.fail();
  await rig.city.until(
    () => rig.city.events.some(({ type }) => type === "gatehouse.alert.raised"),
    AbortSignal.timeout(20_000),
  );
  expect((await config(rig, "rollback", "1")).code).toBe(0);
  await started(rig, 3);
  expect(readFileSync(rig.siteFile, "utf8")).not.toContain("renamed");
});

it.each([
  ["broker", (listen: string) => ({ broker: { anonymousLoopback: true, listen } })],
  ["console", (listen: string) => ({ console: { listen } })],
])("refuses a file that is wrong, and puts one back whose %s cannot open", async (_, section) => {
  await using rig = await openRig({ devices: 1, sections: { console: { listen: `127.0.0.1:${await freePort()}` } } });
  const before = readFileSync(rig.siteFile, "utf8");
  const bad = changed(rig, "bad.yaml", (site) => {
    (site["site"] as Record<string, unknown>)["kind"] = "hotel";
  });
  expect(await config(rig, "apply", bad)).toMatchObject({ code: 78, err: expect.stringContaining("site.kind") });
  expect(readFileSync(rig.siteFile, "utf8")).toBe(before);
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as { port: number };
  const busy = changed(rig, "busy.yaml", (site) => {
    Object.assign(site, section(`127.0.0.1:${port}`));
  });
  try {
    expect(await config(rig, "apply", busy)).toMatchObject({ code: 78, err: expect.stringMatching(/put back: .*127/) });
    await started(rig, 2);
  } finally {
    taken.close();
  }
  expect(readFileSync(rig.siteFile, "utf8")).toBe(before);
  const { codes } = await rig.gateway.health();
  expect(codes.find(({ code }) => code === "config-refused")?.detail).toContain(`127.0.0.1:${port}`);
  expect((await config(rig)).out).toMatch(/gateway: put back/);
});

it("reads an edited file on SIGHUP, and goes on with the one before where it is wrong", async () => {
  await using rig = await openRig({ devices: 1 });
  writeFileSync(rig.siteFile, `${readFileSync(rig.siteFile, "utf8")}\n# by hand\n`);
  rig.gateway.child.kill("SIGHUP");
  await started(rig, 2);
  writeFileSync(rig.siteFile, "site: {");
  rig.gateway.child.kill("SIGHUP");
  await eventually(
    async () => rig.gateway.log.some(({ msg }) => String(msg).startsWith("the site file is wrong")),
    (told) => told,
  );
  expect(starts(rig)).toBe(2);
  expect((await rig.gateway.health()).status).toBe("ok");
});
