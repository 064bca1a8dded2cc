/** What users of the OPC UA server do to alerts becomes deeds of the core, and each is answered once it is on disk. */
import { type Alert, type Deed, opcuaTopic, RejectedError } from "@gatehouse/protocol";
import type { Core } from "../core/core.ts";
import type { LocalBroker, LocalPublish, Logger } from "../core/ports.ts";
import { type Answer, Ask } from "./seam.ts";

export interface DeedsDeskOptions {
  readonly core: Pick<Core, "act" | "state">;
  readonly broker: LocalBroker;
  readonly log: Logger;
}

/** Those whom no sensor ever takes back: the person who says that one is over ends it. */
const PRESSED: readonly Alert["kind"][] = ["panic", "duress"];

/** Takes asks from the broker. Returns the detach function. */
export function openDeedsDesk(options: DeedsDeskOptions): () => void {
  return options.broker.onPublish((publish) =>
    publish.topic === opcuaTopic.asks ? take(options, publish) : undefined,
  );
}

/** Never rejects for what was asked: the process would lose its connection for one wrong ask. */
async function take(options: DeedsDeskOptions, { payload }: LocalPublish): Promise<void> {
  const ask = read(payload);
  if (ask === undefined)
    return options.log.warn({ bytes: payload.length }, "an ask of the opcua server is not understood");
  const answer = await answerTo(options, ask);
  await options.broker.publish(opcuaTopic.answers, JSON.stringify(answer), { qos: 1 });
}

function read(payload: Buffer): Ask | undefined {
  try {
    return Ask.safeParse(JSON.parse(payload.toString("utf8"))).data;
  } catch {
    return undefined;
  }
}

async function answerTo({ core, log }: DeedsDeskOptions, ask: Ask): Promise<Answer> {
  const { n, alert: id, by } = ask;
  try {
    const known = core.state.alerts.get(id)?.alert;
    if (known === undefined) throw new RejectedError(`there is no alert ${id}`);
    for (const deed of deedsOf(ask, known)) await core.act(deed, `opcua:${by}`);
    return { n, ok: true, alert: core.state.alerts.get(id)?.alert ?? known };
  } catch (error) {
    if (!(error instanceof RejectedError)) throw error;
    log.info({ alert: id, by, reason: error.message }, "an opcua user's step was refused");
    return { n, ok: false, reason: error.message.slice(0, 300) };
  }
}

/**
 * Confirming says that it was put right: what the sensors have cleared is closed by it, what they still see waits for them to prove it.
 * Closing against the sensors is not to be had here.
 */
export function deedsOf({ do: what, alert, note }: Ask, known: Pick<Alert, "kind" | "state" | "clearedAt">): Deed[] {
  const said = note === undefined ? {} : { note };
  if (what === "acknowledge") return [{ do: "acknowledge", alert, ...said }];
  if (what === "comment") return note === undefined ? [] : [{ do: "note", alert, note }];
  if (known.clearedAt !== null || PRESSED.includes(known.kind)) return [{ do: "close", alert, ...said }];
  const verify: Deed = { do: "verify", alert, ...said };
  return known.state === "acknowledged" ? [{ do: "rectify", alert }, verify] : [verify];
}
