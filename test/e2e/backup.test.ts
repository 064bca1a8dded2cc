import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { gatehouse } from "../support/gatehouse.ts";
import { startGateway } from "../support/gateway-process.ts";
import { eventually, openRig, type Rig, readingsTopic } from "../support/rig.ts";

const CARD = "0012345678";
const NOTE = "老王说周五前搬走";

async function publish(rig: Rig, device: string, items: readonly object[]): Promise<void> {
  const client = await rig.device(device);
  await client.publishAsync(readingsTopic(device), JSON.stringify(items), { qos: 1 });
}

const openAlerts = async (state: string): Promise<readonly { readonly id: string; readonly state: string }[]> =>
  JSON.parse((await gatehouse("alerts", "--json", "--state", state)).out);

const rowsOf = async (state: string): Promise<readonly { readonly what: string; readonly by: string }[]> =>
  (await gatehouse("audit", "list", "--json", "--state", state)).out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

it("a box is backed up while it runs, restored elsewhere, and goes on under numbers and ids that were never given", async () => {
  await using rig = await openRig();
  const { stateDir, dir } = rig;
  await publish(rig, "count-0001", [
    { epoch: 1, seq: 1, kind: "tamper.on" },
    { kind: "access.granted", credential: CARD },
  ]);
  const [alert] = await eventually(
    () => openAlerts(stateDir),
    (alerts) => alerts.length > 0,
  );
  const id = alert?.id ?? "";
  const acknowledged = await gatehouse(
    "alerts",
    "acknowledge",
    id,
    "--by",
    "wang",
    "--note",
    NOTE,
    "--state",
    stateDir,
  );
  expect(acknowledged, acknowledged.err).toMatchObject({ code: 0 });
  await rig.city.until(
    () => rig.city.events.some(({ type }) => type === "gatehouse.reading"),
    AbortSignal.timeout(10_000),
  );
  await rig.city.fail("5xx");
  await publish(rig, "count-0002", [{ epoch: 1, seq: 1, kind: "tamper.on" }]);
  await eventually(
    () => openAlerts(stateDir),
    (alerts) => alerts.length === 2,
  );

  const phrase = join(dir, "phrase");
  writeFileSync(phrase, "correct horse battery staple\n");
  const file = join(dir, "box.backup");
  const at = ["--site", rig.siteFile, "--state", stateDir, "--passphrase-file", phrase];
  const made = await gatehouse("backup", file, ...at);
  expect(made, made.err).toMatchObject({ code: 0 });
  const text = gunzipSync(readFileSync(file)).toString();
  expect(text).toContain("count-0001");
  for (const raw of [CARD, "12345678", Buffer.from(CARD).toString("hex")]) expect(text).not.toContain(raw);

  const rows = await rowsOf(stateDir);
  expect(rows.map(({ what }) => what)).toEqual(expect.arrayContaining(["deed acknowledge", "configuration"]));
  expect(rows.find(({ what }) => what === "deed acknowledge")).toMatchObject({ by: "local:wang", subject: id });
  expect(JSON.stringify(rows)).not.toContain(NOTE);
  expect(await gatehouse("audit", "verify", "--state", stateDir)).toMatchObject({ code: 0 });
  expect((await gatehouse("restore", file, ...at)).code).toBe(78);

  // What the old box gives out after the backup, the platform knows under these numbers.
  await rig.city.fail();
  await publish(rig, "count-0003", [{ epoch: 1, seq: 1, kind: "tamper.on" }]);
  await rig.city.until(
    () => rig.city.events.filter(({ type }) => type === "gatehouse.alert.raised").length === 3,
    AbortSignal.timeout(10_000),
  );
  await rig.gateway.end();
  const before = rig.city.events.map(({ sequence }) => Number(sequence));
  const ids = new Set(rig.city.events.map((event) => event.id));

  const elsewhere = join(dir, "elsewhere");
  renameSync(rig.siteFile, join(dir, "old-site.json"));
  const back = await gatehouse(
    "restore",
    file,
    "--site",
    rig.siteFile,
    "--state",
    elsewhere,
    "--passphrase-file",
    phrase,
  );
  expect(back, back.err).toMatchObject({ code: 0, err: expect.not.stringContaining("note:") });
  const gateway = await startGateway({ siteFile: rig.siteFile, stateDir: elsewhere });
  try {
    expect(gateway.log.filter(({ level }) => Number(level) >= 50)).toEqual([]);
    const alerts = await openAlerts(elsewhere);
    expect(alerts.find((one) => one.id === id)).toMatchObject({ state: "acknowledged" });
    expect(alerts).toHaveLength(2);
    await publish(rig, "count-0004", [{ epoch: 1, seq: 1, kind: "tamper.on" }]);
    const fresh = () =>
      rig.city.events.filter((event) => !ids.has(event.id) && event.type === "gatehouse.alert.raised");
    await rig.city.until(() => fresh().length === 1, AbortSignal.timeout(10_000));
    const [raised] = fresh();
    expect(Number(raised?.sequence)).toBeGreaterThanOrEqual(1e10);
    expect(Math.max(...before)).toBeLessThan(1e10);
    expect(raised?.id.slice(0, 8)).not.toBe(id.slice(0, 8));
    await rig.city.until(
      () =>
        rig.city.events.some(
          ({ type, event }) => type === "gatehouse.gap" && JSON.stringify(event).includes("restored"),
        ),
      AbortSignal.timeout(10_000),
    );
    const health = rig.city.events.findLast(({ type }) => type === "gatehouse.health")?.event;
    expect(health?.data).toMatchObject({ auditHead: expect.stringMatching(/^\d+:[0-9a-f]{64}$/) });
    expect(await gatehouse("audit", "verify", "--state", elsewhere)).toMatchObject({ code: 0 });
  } finally {
    await gateway.end();
  }
});
