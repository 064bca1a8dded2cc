import { LinkError, systemClock } from "@gatehouse/protocol";
import { expect, test, vi } from "vitest";
import { boardAnswers } from "./boards.ts";
import { Jobs } from "./jobs.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

test("an update whose bridge falls silent has its end in the audit too", async () => {
  const audited: object[] = [];
  const jobs = new Jobs(systemClock, silent as never);
  const answers = boardAnswers({
    boards: [{ id: "node-1", link: "usb:2341:0043", locks: [], sensors: [] }],
    jobs,
    audit: { record: (entry: object) => audited.push(entry) },
    updateBoard: async () => {
      throw new LinkError("closed", "the board's bridge fell silent");
    },
  } as never);
  const ask = { params: { id: "node-1" }, body: { slow: false } };
  await answers["POST /api/1/boards/:id/firmware"](ask as never, { name: "ann" } as never);
  await vi.waitFor(() => expect(jobs.rows[0]?.state).toBe("failed"));
  expect(audited).toMatchObject([
    { what: "firmware update ended", subject: "node-1", detail: "failed, the board's bridge fell silent" },
  ]);
});
