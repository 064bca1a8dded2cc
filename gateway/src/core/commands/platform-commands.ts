/** Commands of platforms, from their arrival to their result: checked, used up on disk, done once, answered once. */
import {
  type CheckedEnvelope,
  type Clock,
  CommandAction,
  type CommandEnvelope,
  type CommandKey,
  type CommandRefusal,
  checkEnvelope,
  isAffair,
  isStranger,
  LinkError,
  type PlatformAction,
  RejectedError,
  type SendReadingsArgs,
} from "@gatehouse/protocol";
import type { Core } from "../core.ts";
import type { Health, Logger, Uplink } from "../ports.ts";
import { checkArgs, deedOf, wrongTarget } from "./affair-of.ts";
import type { CommandReport, Commands } from "./commands.ts";
import type { Confirmations } from "./confirmations.ts";
import type { ReadingsSent } from "./readings-sender.ts";
import { remoteOpening } from "./remote-opening.ts";
import { outcomeOf, type UsedNow } from "./use-command.ts";
import type { CommandEnd, CommandOrigin } from "./used-commands.ts";

/** What the site file says about the commands of one uplink. */
export interface PlatformUplink {
  readonly keys: ReadonlyMap<string, CommandKey>;
  /** Undefined where its platform is not entitled to readings. */
  readonly sendReadings?: (args: SendReadingsArgs, signal: AbortSignal) => Promise<ReadingsSent>;
}

export interface PlatformCommandsOptions {
  readonly core: Pick<Core, "command" | "model" | "state" | "clockQuality">;
  readonly commands: Pick<Commands, "take">;
  readonly confirmations: Confirmations;
  readonly uplinks: ReadonlyMap<string, PlatformUplink>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly health: Health;
}

export interface PlatformReport {
  readonly id: string;
  readonly outcome: CommandReport["outcome"] | "duplicate" | "ignored";
  readonly code?: CommandRefusal;
}

type Good = Extract<CheckedEnvelope, { ok: true }>;
type End = Omit<CommandEnd, "id">;

/** How long a refusal stays a condition of the box. */
const REFUSED_FOR_MS = 3_600_000;
/** Refusals told in a minute at the most: who repeats a command without end does not fill the outbox. */
const MAX_ANSWERS = 60;
const MINUTE_MS = 60_000;

export class PlatformCommands {
  readonly #options: PlatformCommandsOptions;
  readonly #tasks = new Set<Promise<unknown>>();
  readonly #quiet = new Map<string, () => void>();
  readonly #stop = new AbortController();
  /** By uplink: what one platform is refused must not silence the answers to another. */
  readonly #answers = new Map<string, { readonly sinceMs: number; count: number }>();
  #sending = false;
  /** Refused ones by the check they did not pass. */
  readonly refused = new Map<CommandRefusal, number>();

  constructor(options: PlatformCommandsOptions) {
    this.#options = options;
  }

  /** Takes what comes over one link of an uplink until the signal aborts. A slow device holds up nobody else's command. */
  async listen(id: string, link: Pick<Uplink, "commands">, signal: AbortSignal): Promise<void> {
    for await (const candidate of link.commands(signal)) {
      const task = this.take(id, candidate)
        .catch((err: unknown) =>
          this.#options.log.debug({ uplink: id, err }, "a command was given up, the gateway stops"),
        )
        .finally(() => this.#tasks.delete(task));
      this.#tasks.add(task);
    }
  }

  /** When the signal aborts, waits for what is under way. */
  async run(signal: AbortSignal): Promise<void> {
    if (!signal.aborted)
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    this.#stop.abort(new LinkError("closed", "the gateway is stopping"));
    this.#options.confirmations.end("the gateway is stopping");
    for (const cancel of this.#quiet.values()) cancel();
    await Promise.allSettled(this.#tasks);
  }

  /** Resolves when it has ended. Its id is used up in the core before this returns. */
  async take(uplink: string, candidate: unknown): Promise<PlatformReport> {
    const { core, clock } = this.#options;
    const known = this.#options.uplinks.get(uplink);
    const checked = checkEnvelope(candidate, {
      keys: known?.keys ?? new Map(),
      gateway: core.model.gateway,
      nowMs: clock.nowMs(),
      scale: clock.scale,
      clockSet: core.clockQuality !== "unsynced",
      usedAs: (id) => usedAs(core, id),
    });
    if (!checked.ok) return this.#refuse(uplink, checked);
    this.#options.health.clear("command-refused", uplink);
    const { id, target, action, issuer } = checked.envelope;
    const end = await this.#carryOut(uplink, known, checked);
    const { outcome, error, code } = end;
    this.#options.log.info({ id, uplink, target, action, issuer, outcome, error }, "a platform's command ended");
    return code === undefined ? { id, outcome } : { id, outcome: outcomeOf(code), code };
  }

  async #refuse(
    uplink: string,
    { code, reason, envelope, notAfterMs }: Exclude<CheckedEnvelope, Good>,
  ): Promise<PlatformReport> {
    const { core, log, health, clock } = this.#options;
    this.refused.set(code, (this.refused.get(code) ?? 0) + 1);
    log.warn({ uplink, code, reason, id: envelope?.id, keyId: envelope?.keyId }, "a platform's command is refused");
    health.raise("command-refused", uplink, `${code}: ${reason}`);
    this.#quiet.get(uplink)?.();
    this.#quiet.set(
      uplink,
      clock.after(REFUSED_FOR_MS, () => health.clear("command-refused", uplink)),
    );
    if (envelope === undefined || notAfterMs === undefined || isStranger(code))
      return { id: "", outcome: "ignored", code };
    const { id } = envelope;
    const head = this.#head(uplink, envelope);
    if (code === "not-allowed") {
      await core.command({
        type: "command",
        ...head,
        notAfterMs,
        local: false,
        end: { outcome: "refused", code, error: reason },
      });
    } else if (this.#mayAnswer(uplink)) await core.command({ type: "command-refused", ...head, code, error: reason });
    return { id, outcome: outcomeOf(code), code };
  }

  #mayAnswer(uplink: string): boolean {
    const nowMs = this.#options.clock.monoMs();
    const known = this.#answers.get(uplink);
    const answers = known === undefined || nowMs - known.sinceMs > MINUTE_MS ? { sinceMs: nowMs, count: 0 } : known;
    this.#answers.set(uplink, answers);
    answers.count += 1;
    return answers.count <= MAX_ANSWERS;
  }

  #head(uplink: string, { id, target, action, issuer, keyId }: CommandEnvelope) {
    const from: CommandOrigin = { uplink, key: keyId };
    return { id, target, action, issuer: `platform:${issuer}`, from };
  }

  async #carryOut(uplink: string, known: PlatformUplink | undefined, { envelope, notAfterMs }: Good): Promise<End> {
    const { core } = this.#options;
    const used: UsedNow = { ...this.#head(uplink, envelope), notAfterMs, local: false };
    const action = envelope.action as PlatformAction;
    if (!isAffair(action) && !CommandAction.options.includes(action))
      return this.#endAtOnce(used, invalid(`action: there is no action "${envelope.action}"`));
    const checked = checkArgs(action, envelope.args);
    if (!checked.ok) return this.#endAtOnce(used, invalid(checked.error));
    if (!isAffair(action)) return this.#device(used, envelope, checked.args);
    const wrong = wrongTarget(action, envelope.target, core.model);
    if (wrong !== undefined) return this.#endAtOnce(used, invalid(wrong));
    if (action === "confirm") return this.#confirm(used, String(checked.args["command"]));
    if (action === "send-readings") return this.#readings(used, known, checked.args as SendReadingsArgs);
    const deed = deedOf(action, envelope, checked.args);
    return this.#taken(used, deed === undefined ? {} : { deed });
  }

  #endAtOnce(used: UsedNow, end: End): Promise<End> {
    return this.#taken(used, { end });
  }

  /** Puts it on disk with what the turn itself makes of it. */
  async #taken(used: UsedNow, more: Pick<UsedNow, "deed" | "end">): Promise<End> {
    const { outcome, reason, ended } = await this.#options.core.command({ type: "command", ...used, ...more });
    if (outcome === "accepted") return { ...more.end, outcome: ended?.outcome ?? "unknown" };
    return this.#notTaken(used, outcome === "duplicate" ? "duplicate" : "expired", reason ?? "");
  }

  async #notTaken(
    { notAfterMs: _, local: __, from, ...used }: UsedNow,
    code: CommandRefusal,
    error: string,
  ): Promise<End> {
    if (from !== undefined && this.#mayAnswer(from.uplink))
      await this.#options.core.command({ type: "command-refused", ...used, from, code, error });
    return { outcome: "refused", code, error };
  }

  async #device(used: UsedNow, envelope: CommandEnvelope, args: Readonly<Record<string, unknown>>): Promise<End> {
    const { core, commands } = this.#options;
    const { id, target, notAfter } = envelope;
    const action = envelope.action as CommandAction;
    const opening = remoteOpening(core.model, target, action, args);
    if (opening.may === "off")
      return this.#endAtOnce(used, { outcome: "refused", code: "not-allowed", error: opening.reason });
    const wish = { id, target, action, args, notAfter, issuer: used.issuer };
    const second = opening.may === "two-persons" ? { hold: (leftMs: number) => this.#second(used, leftMs) } : {};
    const report = await commands.take(wish, {
      local: false,
      ...(used.from === undefined ? {} : { from: used.from }),
      ...second,
    });
    const { outcome, error } = report;
    // What ended before its id was on disk uses it up now, so that it cannot come again after it was answered.
    if (core.state.commands.used.get(id) === undefined) {
      const end =
        outcome === "invalid"
          ? invalid(`${report.path}: ${error}`)
          : { outcome: asEnd(outcome), ...(error === undefined ? {} : { error }) };
      return this.#endAtOnce(used, end);
    }
    return { outcome: asEnd(outcome), ...(error === undefined ? {} : { error }) };
  }

  #second({ id, target, action, issuer }: UsedNow, leftMs: number): Promise<string | undefined> {
    const { log, confirmations } = this.#options;
    log.warn(
      { id, target, action, issuer },
      "a platform's command waits for a second person: gatehouse command confirm",
    );
    return confirmations.wait({ id, target, action, issuer }, leftMs);
  }

  #confirm(used: UsedNow, command: string): Promise<End> {
    return this.#work(used, async () => {
      const reason = this.#options.confirmations.confirm(command, used.issuer);
      return reason === undefined ? { outcome: "done" } : { outcome: "refused", error: reason };
    });
  }

  #readings(used: UsedNow, known: PlatformUplink | undefined, args: SendReadingsArgs): Promise<End> {
    const send = known?.sendReadings;
    if (send === undefined) {
      const error = "the site file does not entitle this uplink to readings (`commands: { readings: true }`)";
      return this.#endAtOnce(used, { outcome: "refused", code: "not-allowed", error });
    }
    if (this.#sending)
      return this.#endAtOnce(used, { outcome: "unavailable", error: "readings are being sent already" });
    this.#sending = true;
    return this.#work(used, async () => ({
      outcome: "done",
      detail: { ...(await send(args, this.#stop.signal)) },
    })).finally(() => {
      this.#sending = false;
    });
  }

  /** The id is on disk before the work begins, its end after it. */
  async #work(used: UsedNow, work: () => Promise<End>): Promise<End> {
    const { core } = this.#options;
    const { outcome, reason } = await core.command({ type: "command", ...used });
    if (outcome !== "accepted")
      return this.#notTaken(used, outcome === "duplicate" ? "duplicate" : "expired", reason ?? "");
    const end = await work().catch((error: unknown): End => {
      if (error instanceof RejectedError) return { outcome: "refused", error: error.message };
      throw error;
    });
    await core.command({ type: "command-result", id: used.id, ...end });
    return end;
  }
}

const invalid = (error: string): End => ({ outcome: "refused", code: "invalid", error: error.slice(0, 500) });

const asEnd = (outcome: CommandReport["outcome"]): End["outcome"] =>
  outcome === "invalid" || outcome === "duplicate" ? "refused" : outcome;

function usedAs({ state }: Pick<Core, "state">, id: string): string | undefined {
  const used = state.commands.used.get(id);
  if (used === undefined) return undefined;
  return `id "${id}" was used already: ${used.outcome === undefined ? "it is under way" : `it ended as ${used.outcome}`}`;
}

/** A link and the taking of its commands, both ending together. */
export async function withCommands(
  platform: PlatformCommands,
  uplink: Uplink,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const listening = platform.listen(uplink.id, uplink, either);
  try {
    await run(either);
  } finally {
    stop.abort();
    await listening;
  }
}
