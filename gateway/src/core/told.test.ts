import { describe, expect, it } from "vitest";
import { emptyState, restoreState, takeSnapshot, touchAll } from "./state.ts";
import { order, takeTold, tell } from "./told.ts";

const fact = (key?: string) => ({
  type: "gatehouse.residence.return-detected",
  subject: "F1",
  lane: "presence" as const,
  severity: 9,
  dataclassification: "personal" as const,
  data: { days: 9 },
  atMs: 5,
  ...(key === undefined ? {} : { key }),
});

describe("what a step tells", () => {
  it("is handed on once", () => {
    const state = emptyState();
    tell(state, fact());
    order(state, { device: "reader-1", action: "buzzer", why: "a prompt" });
    expect(takeTold(state)).toMatchObject({ facts: [{ subject: "F1" }], orders: [{ device: "reader-1" }] });
    expect(takeTold(state)).toBeUndefined();
  });

  it("has an id that stays unique over a restart, and is the caller's where it brings a name", () => {
    const state = emptyState();
    state.installation = "x1";
    tell(state, fact());
    touchAll(state);
    const restored = restoreState(takeSnapshot(state, 1));
    tell(restored, fact());
    tell(restored, fact("return.F1.5"));
    const ids = [...(takeTold(state)?.facts ?? []), ...(takeTold(restored)?.facts ?? [])].map(({ id }) => id);
    expect(ids).toEqual(["fact.1.x1", "fact.2.x1", "return.F1.5.x1"]);
  });
});
