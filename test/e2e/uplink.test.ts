import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { gatehouse } from "../support/gatehouse.ts";
import { eventually, openRig, type Rig, readingsTopic } from "../support/rig.ts";

const uplink = (...args: readonly string[]) => gatehouse("uplink", ...args);

/** Raises an alert. */
async function tamper(rig: Rig, device: string): Promise<void> {
  const client = await rig.device(device);
  await client.publishAsync(readingsTopic(device), JSON.stringify({ epoch: 1, seq: 1, kind: "tamper.on" }), { qos: 1 });
}

const SIGN = { alg: "hmac-sm3", key: { file: "shared.key" } };
const MAPPING = {
  template: { caseId: "${data.id}", kind: { from: "data.kind", table: { tamper: "07" }, default: "99" } },
};

it("shows how the uplinks stand, what a platform refused, and sends it again under the same id", async () => {
  await using rig = await openRig({ devices: 2 });
  const at = ["--state", rig.stateDir];
  await rig.city.fail("partial", { fraction: 1 });
  await tamper(rig, "count-0001");
  const refused = await eventually(
    async () =>
      JSON.parse((await uplink("rejected", "city", "--json", ...at)).out).rejected as {
        id: string;
        sequence: number;
      }[],
    (rows) => rows.some(({ id }) => id.startsWith("alr_")),
  );
  const alert = refused.find(({ id }) => id.startsWith("alr_"));
  const status = await uplink("status", ...at);
  expect(status).toMatchObject({ code: 0, out: expect.stringMatching(/^city: uplink-rejected\n.*rejected to see/) });
  await rig.city.fail();
  const resent = await uplink("resend", "city", "--sequence", String(alert?.sequence), ...at);
  expect(resent).toEqual({ code: 0, out: "1 waiting again\n", err: "" });
  await rig.city.until(() => rig.city.events.some(({ id }) => id === alert?.id), AbortSignal.timeout(10_000));
  const arrived = rig.city.events.find(({ id }) => id === alert?.id);
  expect(arrived?.sequence).toBeGreaterThan(alert?.sequence ?? 0);
  expect(await uplink("resend", "town", ...at)).toMatchObject({
    code: 1,
    err: expect.stringContaining("there are: city"),
  });
});

it("tries an uplink without a running gateway, really or only to look at it", async () => {
  await using rig = await openRig({
    devices: 1,
    uplinks: (city, ca) => [
      { id: "city", type: "https", url: city.httpsUrl, tls: { ca: { file: ca } } },
      { id: "mapped", type: "https", url: city.httpsUrl, tls: { ca: { file: ca } }, mapping: MAPPING },
    ],
  });
  await rig.gateway.end();
  const site = ["--site", rig.siteFile];
  expect(await uplink("test", "city", ...site)).toMatchObject({
    code: 0,
    out: expect.stringContaining("took it (gatehouse.health"),
  });
  expect(rig.city.events.at(-1)).toMatchObject({ type: "gatehouse.health", sequence: 0 });
  const shown = await uplink("test", "mapped", ...site, "--dry-run");
  expect(shown.out).toContain('[{"caseId":"alr_test","kind":"99"}]');
  expect(rig.city.counters.received).toBe(1);
  await rig.city.fail("5xx");
  expect(await uplink("test", "city", ...site)).toMatchObject({
    code: 69,
    err: expect.stringContaining("answered 503"),
  });
  const bad = join(rig.dir, "alert.json");
  writeFileSync(bad, "{}");
  expect(await uplink("test", "city", ...site, "--alert", bad)).toMatchObject({
    code: 78,
    err: expect.stringContaining("alert.json: id"),
  });
  expect(await uplink("test", "citi", ...site)).toMatchObject({
    code: 78,
    err: expect.stringContaining('did you mean "city"?'),
  });
  expect(await uplink("status", "--state", rig.stateDir)).toMatchObject({ code: 69 });
});

it("a key that cannot sign is named before anything starts, with what makes a right one", async () => {
  await using rig = await openRig({ devices: 1, uplinks: () => [] });
  writeFileSync(join(rig.dir, "shared.key"), "short");
  const file = join(rig.dir, "other.json");
  const block = { id: "city", type: "https", url: "https://city.example/in", sign: SIGN };
  const place = { address: { code: "1", grid: "unowned" } };
  const whole = {
    site: { id: "s", name: "s", kind: "rental-compound", ...place },
    spaces: [{ id: "a", kind: "yard" }],
    uplinks: [block],
  };
  writeFileSync(file, JSON.stringify(whole));
  const { code, err } = await uplink("test", "city", "--site", file, "--dry-run");
  expect(code).toBe(78);
  expect(err).toContain("uplinks[0].sign.key");
  expect(err).toContain("openssl rand -hex 32");
});
