/** Cards, PINs and names of people that come in by every door of the broker are nowhere afterwards: not on disk, in the log, the backup, an export, or what leaves the box. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import mqtt from "mqtt";
import { expect, it } from "vitest";
import { gatehouse } from "../support/gatehouse.ts";
import { eventually, openRig, readingsTopic } from "../support/rig.ts";

const CARD = "3735928559";
const PIN = "739154";
const PERSON = "欧阳修竹";
/** As text, as bytes of the text in hexadecimal and base64, as a number in hexadecimal, and as its bytes either way round. */
const FORMS: readonly Buffer[] = [
  ...[CARD, PIN, PERSON].flatMap((text) => [
    Buffer.from(text),
    Buffer.from(Buffer.from(text).toString("hex")),
    Buffer.from(Buffer.from(text).toString("base64").replace(/=+$/, "").slice(0, -1)),
  ]),
  Buffer.from("deadbeef"),
  Buffer.from("DEADBEEF"),
  Buffer.from([0xde, 0xad, 0xbe, 0xef]),
  Buffer.from([0xef, 0xbe, 0xad, 0xde]),
];

const found = (bytes: Buffer): readonly string[] =>
  FORMS.filter((form) => bytes.includes(form)).map((form) => form.toString("latin1"));

/** Files that hold one of them, each as it is and unpacked. */
function foundBelow(dir: string): readonly string[] {
  return readdirSync(dir, { recursive: true, encoding: "utf8" }).flatMap((name) => {
    const path = join(dir, name);
    if (!statSync(path).isFile()) return [];
    const bytes = readFileSync(path);
    const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return [...found(bytes), ...(isPacked ? found(gunzipSync(bytes)) : [])].map((form) => `${name}: ${form}`);
  });
}

const LOCK = {
  ieee_address: "0x00158d0001e0f0a1",
  friendly_name: "lock-1",
  type: "EndDevice",
  supported: true,
  interview_completed: true,
  definition: {
    model: "YRD226HA2619",
    vendor: "Yale",
    description: "lock",
    exposes: [
      {
        type: "lock",
        features: [
          { type: "binary", name: "state", property: "state", access: 7, value_on: "LOCK", value_off: "UNLOCK" },
        ],
      },
      { type: "numeric", name: "action_user", property: "action_user", access: 1 },
      { type: "enum", name: "action", property: "action", access: 1, values: ["keypad_unlock", "rfid_unlock"] },
    ],
  },
};

/** What devices send: right, wrong in every way they know, and cut off. */
const NATIVE: readonly string[] = [
  JSON.stringify({ kind: "access.granted", credential: CARD }),
  JSON.stringify({ kind: "access.denied", credential: PIN, why: "unknown" }),
  JSON.stringify({ kind: "access.granted", credential: CARD, pin: PIN, name: PERSON }),
  JSON.stringify({ kind: "access.granted", credential: { card: CARD, holder: PERSON } }),
  JSON.stringify({ kind: PERSON, value: CARD }),
  ...[CARD, PIN, PERSON].flatMap((text) =>
    ["portal", "space", "device", "at", "epoch", "seq", text].map((key) =>
      JSON.stringify({ kind: "access.granted", credential: CARD, [key]: text }),
    ),
  ),
  JSON.stringify({ kind: "count.total", value: CARD, credential: Number(CARD) }),
  JSON.stringify([{ kind: "access.granted", credential: CARD }, { kind: PIN }]),
  `{"kind":"access.granted","credential":"${CARD}","name":"${PERSON}`,
  `${CARD};${PIN};${PERSON}`,
];
const ZIGBEE: readonly string[] = [
  JSON.stringify({ state: "UNLOCK", action: "keypad_unlock", action_user: 7, pin_code: { user: 7, pin_code: PIN } }),
  JSON.stringify({ action: "rfid_unlock", action_source_name: PERSON, last_unlock_user: CARD, users: { 7: PIN } }),
  `{"state":"LOCK","pin_code":"${PIN}`,
];

it("no raw card, PIN or name is kept, logged, backed up, exported or sent on", async () => {
  const sections = {
    accounts: [{ user: "zigbee", password: { env: "ZIGBEE_PW" }, role: "bridge", topics: ["zigbee2mqtt/#"] }],
    drivers: [{ id: "z2m", type: "zigbee2mqtt" }],
    devices: [
      { id: "count-0001", kind: "counter", portal: "door-count-0001" },
      { id: "lock-1", kind: "lock", driver: "z2m", address: LOCK.ieee_address, portal: "door-count-0001" },
    ],
  };
  const password = "z2m-password";
  await using rig = await openRig({ sections, env: { ZIGBEE_PW: password } });
  const device = await rig.device("count-0001");
  for (const text of NATIVE) await device.publishAsync(readingsTopic("count-0001"), text, { qos: 1 });
  const bridge = await mqtt.connectAsync(rig.url, { username: "zigbee", password, reconnectPeriod: 0 });
  await bridge.publishAsync("zigbee2mqtt/bridge/devices", JSON.stringify([LOCK]), { qos: 1, retain: true });
  for (const text of ZIGBEE) await bridge.publishAsync("zigbee2mqtt/lock-1", text, { qos: 1 });
  await bridge.endAsync();
  await rig.city.until(
    () => rig.city.events.some(({ reading }) => reading?.startsWith("count-0001") === true),
    AbortSignal.timeout(20_000),
  );
  const { codes } = await eventually(
    () => rig.gateway.health(),
    (health) => health.codes.some(({ code }) => code === "device-rejected"),
  );
  const page = await rig.gateway.metrics();
  const at = ["--site", rig.siteFile, "--state", rig.stateDir];
  expect(await gatehouse("backup", join(rig.dir, "b.ghbackup"), ...at)).toMatchObject({ code: 0 });
  const out = join(rig.dir, "readings.ndjson");
  expect(await gatehouse("export", "readings", "--state", rig.stateDir, "--out", out)).toMatchObject({ code: 0 });
  const lines = readFileSync(out, "utf8");
  for (const device of ["count-0001", "lock-1"]) expect(lines).toMatch(new RegExp(`${device}.*access.granted`));
  const told = JSON.stringify([codes, page, rig.gateway.log, rig.city.events]);
  expect(found(Buffer.from(told))).toEqual([]);
  expect(foundBelow(rig.dir)).toEqual([]);
  await rig.gateway.end();
  expect(foundBelow(rig.dir)).toEqual([]);
});
