import { describe, expect, it } from "vitest";
import { testConfig, testPolicy } from "../testing/site.ts";
import { buildModel, type CoreConfig } from "./model.ts";

const meters = [
  { id: "water-2", kind: "water-meter", space: "F2" },
  { id: "energy-2", kind: "energy-meter", space: "F2" },
];
const nightsOf = (config: CoreConfig, space: string) => buildModel(config).spaces.get(space)?.nights;

describe("the nights a finding needs", () => {
  it("are more where a space has meters and no other device, on it or at its door", () => {
    const config = testConfig({ devices: [{ id: "lock-1", kind: "lock", portal: "D1" }, ...meters] });
    expect(nightsOf(config, "F1")).toEqual(testPolicy.nights.red);
    expect(nightsOf(config, "F2")).toEqual({ over: 5, of: 6, clear: 5, raiseAt: 0.55, clearAt: 0.3 });
    const withLock = testConfig({ devices: [{ id: "lock-2", kind: "lock", portal: "D2" }, ...meters] });
    expect(nightsOf(withLock, "F2")).toEqual(testPolicy.nights.red);
  });

  it("are the policy's own for such a space where it has any", () => {
    const metersOnly = { over: 9, of: 10, clear: 7, raiseAt: 0.9, clearAt: 0.2 };
    const { site } = testConfig({ devices: meters });
    expect(nightsOf({ site, policies: [{ ...testPolicy, metersOnly }] }, "F2")).toEqual(metersOnly);
    expect(nightsOf({ site, policies: [{ ...testPolicy, metersOnly }] }, "F1")).toEqual(testPolicy.nights.red);
  });
});
