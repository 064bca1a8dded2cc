import { FakeClock } from "@gatehouse/protocol/testing";
import { expect, it } from "vitest";
import { MemoryLog } from "../../testing/log.ts";
import { Jobs } from "./jobs.ts";
import { type LongWorkParts, longWorkAnswers } from "./long-work.ts";

const numbers = { limitNow: 4, nights: 30, nightsOver: 2, nightsOverNow: 0, alerts: 1, alertsNow: 0 };

it.each(["=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠SUM(A1)", "\tx", "\r=1", "\n=1"])(
  "a room by the name %j is text in the list of a replay, whatever an office program would make of it",
  async (name) => {
    const jobs = new Jobs(new FakeClock(), new MemoryLog());
    const parts = {
      core: { model: { spaces: new Map() } },
      jobs,
      whatIf: async () => [{ space: "3-302", name, ...numbers }],
    };
    const { "POST /api/1/replays": replay } = longWorkAnswers(parts as unknown as LongWorkParts);
    const asking = { name: "wang", roles: [], language: "en", address: "", signal: AbortSignal.any([]) } as const;
    const ended = new Promise<void>((resolve) => {
      jobs.onChange(({ state }) => state === "running" || resolve());
    });
    const { id } = await replay(
      { params: undefined, query: undefined, headers: undefined, body: { limit: 3, days: 30 } },
      asking,
    );
    await ended;
    expect(String(jobs.file(id).body)).toContain(`"3-302","'${name}","4"`);
  },
);
