/** Before a board's program is written over: what it has counted goes to the gateway's disk, because the bootloader may write over the ring. */
import type { Clock } from "@gatehouse/protocol";
import { type DoorSession, PATIENCE_MS } from "./door-session.ts";

/** What the board holds is on the gateway's disk by then, or something is wrong there. */
const DRAIN_MS = 10_000;
/** Who is in the doorway is counted when the board is sure of it. */
const SURE_MS = 1_000;
const LOOK_MS = 50;

type Drained = Pick<DoorSession, "hello" | "drained">;

/** False when the board holds what could not be taken in. One that says nothing for a board's patience has no program that counts. */
export async function drainBoard(session: Drained, clock: Clock, cancel: AbortSignal): Promise<boolean> {
  await untilHello(session, clock, cancel);
  if (session.hello === undefined || cancel.aborted) return true;
  if (!(await session.drained(DRAIN_MS))) return false;
  await clock.sleep(SURE_MS);
  return await session.drained(DRAIN_MS);
}

/** The gateway asks so often that a bridge which has just started hears it before its board. */
async function untilHello(session: Drained, clock: Clock, cancel: AbortSignal): Promise<void> {
  const untilMs = clock.monoMs() + PATIENCE_MS;
  while (session.hello === undefined && !cancel.aborted && clock.monoMs() < untilMs) await clock.sleep(LOOK_MS);
}
