import { describe, expect, it } from "vitest";
import { CoreRun, HOUR_MS, MINUTE_MS } from "../../testing/core-run.ts";
import { testConfig } from "../../testing/site.ts";

const run = () => new CoreRun(testConfig(), "2026-03-02T12:00");
const latest = ({ state }: CoreRun) => [...state.handOvers.values()].at(-1);
const start = (core: CoreRun) => core.act({ do: "start-hand-over", to: "li" }, "local:wang");
const told = ({ facts }: CoreRun) => facts.map(({ type }) => type).filter((type) => type.includes("hand-over"));

describe("a hand-over", () => {
  it("lists alerts and prompts that are open, and is complete when the next person has accepted each", () => {
    const core = run().say("lock-1", "tamper.on").wait(MINUTE_MS);
    start(core);
    const handOver = latest(core)?.id ?? "";
    const refs = latest(core)?.items.map(({ ref }) => ref) ?? [];
    expect(refs.map((ref) => ref.slice(0, 10))).toEqual(["alert:alr_", "prompt:prm"]);
    const [first = "", second = ""] = refs;
    const accept = (item: string, by: string) => core.act({ do: "accept-item", handOver, item }, by);
    expect(() => accept(first, "local:wang")).toThrow("only li can accept");
    expect(() => accept(first, "local")).toThrow("say who you are");
    accept(first, "local:li");
    expect(() => accept(first, "local:li")).toThrow("was accepted at");
    expect(latest(core)?.state).toBe("open");
    accept(second, "local:li");
    expect(latest(core)).toMatchObject({ state: "complete", from: "wang", to: "li" });
    expect(told(core)).toEqual(["gatehouse.hand-over.started", "gatehouse.hand-over.completed"]);
  });

  it("names the room of an alert, then the device that said so", () => {
    const core = run().say("lock-1", "tamper.on");
    start(core);
    const text = latest(core)?.items.find(({ ref }) => ref.startsWith("alert:"))?.text;
    expect(text?.zh).toMatch(/^F1（lock-1）预警：/);
    expect(text?.en).toMatch(/^alert at F1, lock-1: /);
  });

  it("grows with what comes up meanwhile, and lets go of what is over before it was accepted", () => {
    const core = run().say("lock-1", "tamper.on");
    start(core);
    core.say("lock-2", "tamper.on");
    expect(latest(core)?.items).toHaveLength(3);
    const alert = core.last("tamper")?.id ?? "";
    core.say("lock-2", "tamper.off").act({ do: "acknowledge", alert }).act({ do: "close", alert });
    expect(latest(core)?.items).toHaveLength(2);
  });

  it("that is not completed becomes a prompt, also over a restart; cancelled it asks no more", () => {
    const core = run();
    start(core);
    core.restart().wait(2 * HOUR_MS);
    const open = () =>
      [...core.state.prompts.values()].filter(({ kind, state }) => kind === "hand-over-open" && state === "open");
    expect(open()).toMatchObject([
      { text: { en: "the hand-over from wang to li is not complete: 1 items wait to be accepted" } },
    ]);
    const handOver = latest(core)?.id ?? "";
    expect(() => core.act({ do: "cancel-hand-over", handOver, note: "x" }, "local:zhao")).toThrow("only wang or li");
    core.act({ do: "cancel-hand-over", handOver, note: "li is ill" }, "local:wang");
    expect([latest(core)?.state, open()]).toEqual(["cancelled", []]);
  });

  it("is one at a time, and needs two people with names", () => {
    const core = run();
    expect(() => core.act({ do: "start-hand-over", to: "li" }, "local")).toThrow("say who you are");
    expect(() => core.act({ do: "start-hand-over", to: "li" }, "local:li")).toThrow("cannot take over from themselves");
    start(core);
    expect(() => start(core)).toThrow("is open: accept its items, or cancel it");
  });
});
