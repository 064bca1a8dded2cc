import { expect, test } from "vitest";
import { changingOf } from "../../../../src/uplinks/broken-way.ts";
import { uplinkTypes } from "../../../../src/uplinks/index.ts";
import { changeEdits, draftOf, EMPTY_UPLINK, type UplinkDraft, uplinkPiece, uplinkProblems } from "./uplink-draft.ts";

const draft = (change: Partial<UplinkDraft>): UplinkDraft => ({
  ...EMPTY_UPLINK,
  url: "https://city.example/ingest",
  ...change,
});

test("an address must be of the kind of uplink, encrypted beyond this machine, and without a password", () => {
  expect(uplinkProblems(draft({}), [])).toEqual({});
  expect(uplinkProblems(draft({ url: "city.example" }), [])).toEqual({ url: "scheme" });
  expect(uplinkProblems(draft({ type: "mqtt" }), [])).toEqual({ url: "scheme" });
  expect(uplinkProblems(draft({ url: "http://city.example/" }), [])).toEqual({ url: "clear" });
  expect(uplinkProblems(draft({ url: "http://127.0.0.1:8080/" }), [])).toEqual({});
  expect(uplinkProblems(draft({ url: "https://me:secret@city.example/" }), [])).toEqual({ url: "noPasswordInUrl" });
});

test("an id is said once", () => {
  expect(uplinkProblems(draft({ id: "city" }), ["city"])).toEqual({ id: "taken" });
  expect(uplinkProblems(draft({ id: "城市" }), [])).toEqual({ id: "idForm" });
});

test("a key that is too short to sign with is told", () => {
  expect(uplinkProblems(draft({ sign: "hmac-sm3", signKey: "short" }), [])).toEqual({ signKey: "keyShort" });
});

test("secrets go into files of their own, and the piece only names them", () => {
  const { uplink, secrets } = uplinkPiece(draft({ sign: "hmac-sm3", signKey: "0123456789abcdef" }), "m1");
  expect(uplink).toEqual({
    id: "city",
    type: "https",
    url: "https://city.example/ingest",
    sign: { alg: "hmac-sm3", key: { file: "secrets/city.m1.key" } },
  });
  expect(secrets).toEqual([{ id: "city.m1.key", value: "0123456789abcdef" }]);
});

test("what does not belong to the type is left out", () => {
  const { uplink, secrets } = uplinkPiece(
    draft({
      type: "mqtt",
      url: "mqtts://town.example",
      username: "mq-1",
      password: "pw",
      sign: "sm2",
      receipt: "broker",
    }),
    "m1",
  );
  expect(uplink).toEqual({
    id: "city",
    type: "mqtt",
    url: "mqtts://town.example",
    receipt: "broker",
    username: "mq-1",
    password: { file: "secrets/city.m1.pw" },
  });
  expect(secrets).toEqual([{ id: "city.m1.pw", value: "pw" }]);
});

test("a nats server is named as the site file wants it", () => {
  const { uplink } = uplinkPiece(draft({ type: "nats", url: "tls://town.example:4222" }), "m1");
  expect(uplink).toEqual({ id: "city", type: "nats", servers: ["tls://town.example:4222"] });
});

const PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const city = {
  id: "city",
  type: "https",
  url: "https://city.example/ingest",
  receipt: "status",
  sign: { alg: "hmac-sm3", key: { file: "secrets/city.m1.key" }, keyId: "k-7" },
  mapping: { type: "jsonata" },
  tls: { cert: { file: "own.crt" }, key: { file: "own.key" } },
};

test("a platform that is there fills the form, with its secrets only said to be there", () => {
  const known = draftOf(city);
  expect(known).toEqual({
    draft: draft({ receipt: "status", sign: "hmac-sm3" }),
    kept: { signKey: true, password: false, ca: false },
  });
  expect(JSON.stringify(known)).not.toContain("secrets/");
  expect(uplinkProblems(draft({ sign: "hmac-sm3" }), [], known?.kept)).toEqual({});
  expect(uplinkProblems(draft({ sign: "hmac-sm3", signKey: "short" }), [], known?.kept)).toEqual({
    signKey: "keyShort",
  });
  expect(draftOf({ id: "w", type: "webhook" })).toBeUndefined();
  expect(draftOf({ id: "n", type: "nats", servers: ["tls://a", "tls://b"] })).toBeUndefined();
});

test("pasting the certificate changes that alone, in a file of its own", () => {
  const known = draftOf(city)?.draft ?? EMPTY_UPLINK;
  expect(changeEdits(city, known, "m2")).toEqual({ edits: [], secrets: [] });
  expect(changeEdits(city, { ...known, ca: PEM }, "m2")).toEqual({
    edits: [{ op: "set", path: "uplinks/city/tls/ca", value: { file: "secrets/city.m2.ca" } }],
    secrets: [{ id: "city.m2.ca", value: PEM }],
  });
  expect(
    changeEdits(
      { id: "city", type: "https", url: known.url },
      { ...known, receipt: "json", sign: "none", ca: PEM },
      "m2",
    ).edits,
  ).toEqual([{ op: "set", path: "uplinks/city/tls", value: { ca: { file: "secrets/city.m2.ca" } } }]);
});

test("a change of key, signature or address leaves what the form does not show", () => {
  const known = draftOf(city)?.draft ?? EMPTY_UPLINK;
  const other = { ...known, url: "https://two.example/", receipt: "json", sign: "hmac-sha256" } as const;
  expect(changeEdits(city, { ...other, signKey: "0123456789abcdef" }, "m2").edits).toEqual([
    { op: "set", path: "uplinks/city/url", value: "https://two.example/" },
    { op: "set", path: "uplinks/city/receipt", value: "json" },
    { op: "set", path: "uplinks/city/sign/alg", value: "hmac-sha256" },
    { op: "set", path: "uplinks/city/sign/key", value: { file: "secrets/city.m2.key" } },
  ]);
  expect(changeEdits(city, { ...known, sign: "none" }, "m2").edits).toEqual([
    { op: "remove", path: "uplinks/city/sign" },
  ]);
});

test("a user name that goes takes its password with it", () => {
  const broker = { id: "city", type: "mqtt", url: "mqtts://h", username: "mq", password: { file: "p" } };
  const known = draftOf(broker)?.draft ?? EMPTY_UPLINK;
  expect(changeEdits(broker, { ...known, username: "" }, "m2").edits).toEqual([
    { op: "remove", path: "uplinks/city/username" },
    { op: "remove", path: "uplinks/city/password" },
  ]);
});

test("what is no certificate is told before it is saved", () => {
  expect(uplinkProblems(draft({ ca: "city.pem" }), [])).toEqual({ ca: "noCertificate" });
  expect(uplinkProblems(draft({ ca: PEM }), [])).toEqual({});
});

test("the box tells to press the button for those platforms alone that have a form", () => {
  const items = [
    ...uplinkTypes.map(({ type }) => ({ id: "a", type, url: "https://h/", servers: ["tls://a"] })),
    { id: "n", type: "nats", servers: ["tls://a", "tls://b"] },
  ];
  for (const item of items) expect([item, draftOf(item) !== undefined]).toEqual([item, changingOf(item).byForm]);
});
