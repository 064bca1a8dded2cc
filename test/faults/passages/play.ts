/** Happenings played to a door node, each on its own, and what it counted: the modules on this machine, or an image on a simulated board. */
import { beamEdges } from "@gatehouse/device-sim";
import { DOOR_NODE_EVENTS } from "@gatehouse/protocol";
import type { DoorNodeBoard } from "../../support/door-node-board.ts";
import { type DoorNodeHost, PINS } from "../../support/door-node-host.ts";
import type { Counts, Happening } from "./classes.ts";

/** Nothing of a happening is told later than this after its end. */
const QUIET_MS = 1_000;

interface Step {
  readonly waitMs: number;
  readonly beam: "a" | "b";
  readonly broken: boolean;
}

/** At whole ms, as the board looks: both kinds of board then see the same. */
function stepsOf({ walks }: Happening): { readonly steps: readonly Step[]; readonly tookMs: number } {
  let nowMs = 0;
  const steps = beamEdges(walks).map(({ atMs, beam, broken }) => {
    const waitMs = Math.round(atMs) - nowMs;
    nowMs += waitMs;
    return { waitMs, beam, broken };
  });
  return { steps, tookMs: nowMs + QUIET_MS };
}

interface Told {
  readonly event: number;
  readonly timeMs: number;
}

function counted(events: readonly Told[], fromMs: number, untilMs: number): Counts {
  const of = (event: number) =>
    events.filter((told) => told.event === event && told.timeMs > fromMs && told.timeMs <= untilMs).length;
  return { in: of(DOOR_NODE_EVENTS["passed-in"]), out: of(DOOR_NODE_EVENTS["passed-out"]) };
}

/** The node has been settled. As many at a time as its ring surely holds. */
export async function playOnHost(node: DoorNodeHost, happenings: readonly Happening[]): Promise<Counts[]> {
  const [line = ""] = await node.ask("time");
  let nowMs = Number(line.replace("time ", ""));
  const spans: { fromMs: number; untilMs: number }[] = [];
  const lines = happenings.flatMap((happening) => {
    const { steps, tookMs } = stepsOf(happening);
    spans.push({ fromMs: nowMs, untilMs: nowMs + tookMs });
    nowMs += tookMs;
    return [
      ...steps.flatMap(({ waitMs, beam, broken }) => [
        `run ${waitMs}`,
        `pin ${beam === "a" ? PINS.beamA : PINS.beamB} ${broken ? 1 : 0}`,
      ]),
      `run ${QUIET_MS}`,
    ];
  });
  await node.frames(...lines);
  const events = await node.drain();
  return spans.map(({ fromMs, untilMs }) => counted(events, fromMs, untilMs));
}

/** The node has been greeted and acknowledges. */
export function playOnBoard(node: DoorNodeBoard, happening: Happening): Counts {
  const { steps } = stepsOf(happening);
  const before = node.events.length;
  for (const { waitMs, beam, broken } of steps) {
    node.run(waitMs);
    node.door.act({ kind: "beam", beam, broken });
  }
  node.run(QUIET_MS);
  return counted(node.events.slice(before), Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
}
