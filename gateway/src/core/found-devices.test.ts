import { describe, expect, test } from "vitest";
import { type FoundDevice, FoundList, MAX_FOUND } from "./found-devices.ts";

const lock = (id: string, label = id): FoundDevice => ({
  driver: "zigbee",
  id,
  label,
  points: [{ kind: "lock", what: "locks and unlocks", keys: { address: id } }],
});

describe("found devices", () => {
  test("what is found again replaces what was said before", () => {
    const found = new FoundList();
    found.found(lock("0x01", "old name"));
    found.found(lock("0x01", "new name"));
    expect(found.list().devices.map(({ label }) => label)).toEqual(["new name"]);
  });

  test("a device that left is no longer listed, and drivers do not mix", () => {
    const found = new FoundList();
    found.found(lock("0x01"));
    found.found({ ...lock("0x01"), driver: "other" });
    found.gone("zigbee", "0x01");
    expect(found.list("zigbee").devices).toEqual([]);
    expect(found.list("other").devices).toHaveLength(1);
    found.forget("other");
    expect(found.list().devices).toEqual([]);
  });

  test("a flood is counted, not kept", () => {
    const found = new FoundList();
    for (let i = 0; i < MAX_FOUND + 7; i++) found.found(lock(`0x${i}`));
    expect(found.list()).toMatchObject({ leftOut: 7 });
    expect(found.list().devices).toHaveLength(MAX_FOUND);
  });

  test("long and hostile text is cut and loses its control characters", () => {
    const found = new FoundList();
    found.found({ ...lock("0x01"), label: `\u001b[2J${"x".repeat(9_000)}`, model: "a\nb" });
    const [device] = found.list().devices;
    expect(device?.label).toHaveLength(200);
    expect(device?.label.startsWith(" [2J")).toBe(true);
    expect(device?.model).toBe("a b");
  });
});
