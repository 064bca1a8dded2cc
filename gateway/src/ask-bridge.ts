/** The talk with a board's bridge about a new program, over the broker both know: asked until it answers, listened to until it says how it ended. */
import {
  type BoardUpdateAsk,
  BoardUpdateTold,
  type Clock,
  deviceTopic,
  type FlashAsk,
  LinkError,
  type UpdateEnd,
  type UpdateStage,
} from "@gatehouse/protocol";
import type { Broker } from "./broker/broker.ts";

export interface AskBridgeParts {
  readonly broker: Pick<Broker, "onLook" | "publish">;
  readonly clock: Clock;
}

const ASK_MS = 1_000;
/** A board's process that was just starting anew has heard it by then. */
const ANSWER_MS = 15_000;
/** A bridge says where it is every three seconds. */
const SILENCE_MS = 30_000;
const MAX_BYTES = 8_192;

/** Undefined when no bridge answers for the device. Throws LinkError when one falls silent in the middle. */
export async function askBridge(
  { broker, clock }: AskBridgeParts,
  speaker: string,
  ask: FlashAsk,
  onStage: (stage: UpdateStage, share: number | null) => void,
  signal: AbortSignal,
): Promise<UpdateEnd | undefined> {
  const over = Promise.withResolvers<UpdateEnd>();
  const ended = new AbortController();
  let heardMs: number | undefined;
  const detach = broker.onLook(({ topic, payload }) => {
    const told = topic === deviceTopic.updating(speaker) ? toldIn(payload) : undefined;
    if (told?.id !== ask.id) return;
    heardMs = clock.monoMs();
    if (told.end === undefined) onStage(told.stage, told.share);
    else over.resolve(told.end);
  });
  const say = (what: BoardUpdateAsk) => broker.publish(deviceTopic.update(speaker), JSON.stringify(what), { qos: 1 });
  const begunMs = clock.monoMs();
  const keepAsking = async (): Promise<undefined> => {
    for (;;) {
      if (heardMs === undefined && (signal.aborted || clock.monoMs() - begunMs > ANSWER_MS)) {
        // One that was about to answer is not to begin.
        await say({ do: "cancel", id: ask.id });
        return undefined;
      }
      if (heardMs === undefined) await say(ask);
      else if (clock.monoMs() - heardMs > SILENCE_MS)
        throw new LinkError("closed", "the board's bridge fell silent: what is on the board it says when it is back");
      else if (signal.aborted) await say({ do: "cancel", id: ask.id });
      await clock.sleep(ASK_MS, ended.signal);
    }
  };
  const asking = keepAsking();
  asking.catch(() => {});
  const cancelled = () => void say({ do: "cancel", id: ask.id }).catch(() => {});
  signal.addEventListener("abort", cancelled, { once: true });
  try {
    return await Promise.race([over.promise, asking]);
  } finally {
    signal.removeEventListener("abort", cancelled);
    ended.abort();
    detach();
  }
}

function toldIn(payload: Buffer): BoardUpdateTold | undefined {
  if (payload.length > MAX_BYTES) return undefined;
  try {
    return BoardUpdateTold.safeParse(JSON.parse(payload.toString("utf8"))).data;
  } catch {
    return undefined;
  }
}
