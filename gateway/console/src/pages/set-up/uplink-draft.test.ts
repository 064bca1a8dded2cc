import { expect, test } from "vitest";
import { EMPTY_UPLINK, type UplinkDraft, uplinkPiece, uplinkProblems } from "./uplink-draft.ts";

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
  const { uplink, secrets } = uplinkPiece(draft({ sign: "hmac-sm3", signKey: "0123456789abcdef" }));
  expect(uplink).toEqual({
    id: "city",
    type: "https",
    url: "https://city.example/ingest",
    sign: { alg: "hmac-sm3", key: { file: "secrets/city.key" } },
  });
  expect(secrets).toEqual([{ id: "city.key", value: "0123456789abcdef" }]);
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
  );
  expect(uplink).toEqual({
    id: "city",
    type: "mqtt",
    url: "mqtts://town.example",
    receipt: "broker",
    username: "mq-1",
    password: { file: "secrets/city.pw" },
  });
  expect(secrets).toEqual([{ id: "city.pw", value: "pw" }]);
});
