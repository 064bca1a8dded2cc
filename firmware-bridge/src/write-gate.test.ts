import { decodeFirmataHost, encodeFirmataHost, encodeHostMessage, type FirmataHostMessage } from "@gatehouse/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { WriteGate } from "./write-gate.ts";

const gate = () => new WriteGate({ owned: [10, 12], pulledUp: [10] });
const passed = (messages: readonly FirmataHostMessage[], one = gate()) =>
  messages.flatMap((message) => one.pass(encodeFirmataHost(message)).map((frame) => decodeFirmataHost(frame)));

test("a port-wide write becomes single writes of the sensors' own pins, and only of what changes", () => {
  expect(
    passed([
      { kind: "port-write", port: 1, bits: 0b0001_0000 },
      { kind: "port-write", port: 1, bits: 0b0001_0100 },
      { kind: "port-write", port: 1, bits: 0b1111_1111 },
      { kind: "port-write", port: 0, bits: 0 },
    ]),
  ).toEqual([
    { kind: "pin-write", pin: 10, value: 0 },
    { kind: "pin-write", pin: 12, value: 1 },
    { kind: "pin-write", pin: 10, value: 1 },
  ]);
});

test("pins of nobody's sensor are not touched, and a reset goes no further", () => {
  expect(
    passed([
      { kind: "pin-mode", pin: 8, mode: 1 },
      { kind: "pin-write", pin: 8, value: 1 },
      { kind: "system-reset" },
      { kind: "pin-mode", pin: 12, mode: 1 },
    ]),
  ).toEqual([{ kind: "pin-mode", pin: 12, mode: 1 }]);
});

test("a contact's input gets its pull-up", () => {
  expect(
    passed([
      { kind: "pin-mode", pin: 10, mode: 0 },
      { kind: "pin-mode", pin: 12, mode: 0 },
    ]),
  ).toEqual([
    { kind: "pin-mode", pin: 10, mode: 0x0b },
    { kind: "pin-mode", pin: 12, mode: 0 },
  ]);
});

test("questions pass as they are, and a door node's message never comes from this side", () => {
  const questions = [
    { kind: "version-query" },
    { kind: "capability-query" },
    { kind: "report-port", port: 1, on: true },
  ] as const;
  expect(passed(questions)).toEqual(questions);
  expect(gate().pass(encodeHostMessage({ kind: "heartbeat" }))).toEqual([]);
});

test("whatever bytes come, in whatever pieces, no write to eight pins or to another's pin gets out", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 12 }), { maxLength: 20 }), (chunks) => {
      const one = gate();
      for (const frame of chunks.flatMap((chunk) => one.pass(chunk))) {
        expect((frame[0] ?? 0) & 0xf0).not.toBe(0x90);
        if (frame[0] === 0xf4 || frame[0] === 0xf5) expect([10, 12]).toContain(frame[1]);
        expect(frame[0] === 0xf0 && (frame[1] ?? 0) <= 0x0f).toBe(false);
      }
    }),
    { numRuns: 2_000 },
  );
});
