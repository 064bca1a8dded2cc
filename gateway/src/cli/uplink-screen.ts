/** How the uplinks stand, as lines for people. Pure. */
import { z } from "zod";

const Tally = z.object({ waiting: z.int(), sent: z.int(), rejected: z.int(), dropped: z.int() });
const Status = z.object({
  uplinks: z.array(
    z.object({
      id: z.string(),
      codes: z.array(z.object({ code: z.string(), detail: z.string(), since: z.string() })),
      lanes: z.record(z.string(), Tally),
    }),
  ),
});
const Rejected = z.object({
  rejected: z.array(
    z.object({ sequence: z.int(), lane: z.string(), at: z.string(), reason: z.string(), type: z.string() }),
  ),
});

export function showStatus(answer: unknown): string {
  const { uplinks } = Status.parse(answer);
  if (uplinks.length === 0) return "the site file names no uplinks";
  return uplinks
    .flatMap(({ id, codes, lanes }) => [
      `${id}: ${codes.length === 0 ? "up" : codes.map(({ code }) => code).join(", ")}`,
      ...codes.map(({ detail, since }) => `    since ${since}: ${detail}`),
      ...Object.entries(lanes).map(
        ([lane, { waiting, sent, rejected, dropped }]) =>
          `    ${lane.padEnd(10)} waiting ${waiting}, sent ${sent}, rejected ${rejected}, dropped ${dropped}`,
      ),
    ])
    .join("\n");
}

export function showRejected(answer: unknown): string {
  const { rejected } = Rejected.parse(answer);
  if (rejected.length === 0) return "nothing was refused";
  return rejected
    .map(({ sequence, lane, at, type, reason }) => `${sequence}  ${at}  ${lane}  ${type}: ${reason}`)
    .join("\n");
}
