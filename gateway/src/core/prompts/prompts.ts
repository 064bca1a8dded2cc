/** Prompts in the state: opened by a cause, handled by a person or by the end of that cause, louder as long as neither happens. Pure. */
import { type EscalationStep, formatTime, type Prompt, RejectedError, SEVERITY } from "@gatehouse/protocol";
import { type CoreState, dropTimer, modelOf, setTimer } from "../state.ts";
import { order, tell } from "../told.ts";

/** What a cause says. */
export interface PromptCause {
  readonly kind: Prompt["kind"];
  readonly subject: string;
  readonly space?: string | undefined;
  readonly text: Prompt["text"];
}

/** Handled prompts that are remembered, for the screen and the hand-over. */
const MAX_HANDLED = 200;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
export const PROMPT_TIMER = "prompt:";

export function openPrompt(state: CoreState, { kind, subject }: Pick<PromptCause, "kind" | "subject">) {
  for (const prompt of state.prompts.values())
    if (prompt.state === "open" && prompt.kind === kind && prompt.subject === subject) return prompt;
  return undefined;
}

/** Opens a prompt, or says anew what an open one of the same cause says. */
export function ask(state: CoreState, cause: PromptCause, nowMs: number): void {
  const { kind, subject, space, text } = cause;
  const known = openPrompt(state, cause);
  if (known !== undefined) {
    if (known.text.en !== text.en) keep(state, { ...known, text });
    return;
  }
  state.operators.prompts += 1;
  state.dirty.add("core/operators");
  const id = `prm_${state.installation}${state.operators.prompts.toString(36).padStart(5, "0")}`;
  const openedAt = formatTime(nowMs, modelOf(state).zone);
  const place = space === undefined ? {} : { space };
  const prompt: Prompt = { id, kind, subject, ...place, openedAt, text, state: "open", step: 0 };
  keep(state, prompt);
  setTimer(state, `${PROMPT_TIMER}${id}`, { dueMs: nowMs + waitMs(state, 0), calendar: false });
  forgetHandled(state);
}

/** The cause is over. */
export function settle(state: CoreState, cause: Pick<PromptCause, "kind" | "subject">, nowMs: number): void {
  const prompt = openPrompt(state, cause);
  if (prompt !== undefined) end(state, prompt, "gateway", undefined, nowMs);
}

/** A person has seen to it. Throws RejectedError where there is nothing open. */
export function handle(state: CoreState, id: string, by: string, note: string | undefined, nowMs: number): void {
  const prompt = state.prompts.get(id);
  if (prompt === undefined) throw new RejectedError(`there is no prompt ${id}`);
  if (prompt.state === "handled")
    throw new RejectedError(`prompt ${id} was handled by ${prompt.handledBy} at ${prompt.handledAt}`);
  end(state, prompt, by, note, nowMs);
}

/** Nobody handled it: the next step, and the last one again and again. */
export function escalate(state: CoreState, timer: string, nowMs: number): void {
  const prompt = state.prompts.get(timer.slice(PROMPT_TIMER.length));
  if (prompt === undefined || prompt.state === "handled") return;
  const step = stepOf(state, prompt.step);
  const escalatedAt = formatTime(nowMs, modelOf(state).zone);
  const louder = { ...prompt, step: prompt.step + 1, escalatedAt };
  keep(state, louder);
  if (step.to === "devices") {
    const { action, args = DEFAULT_ARGS[action] ?? {} } = step;
    for (const device of step.devices) {
      order(state, { device, action, args, why: `prompt ${prompt.id} was not handled` });
    }
  }
  say(state, "escalated", louder, nowMs, step.to);
  setTimer(state, timer, { dueMs: nowMs + waitMs(state, louder.step), calendar: false });
}

const DEFAULT_ARGS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  buzzer: { times: 3 },
  led: { color: "amber", seconds: 60 },
  text: { text: "请查看待办 / see prompts" },
};

const settingsOf = (state: CoreState) => modelOf(state).config.site.prompts;

function stepOf(state: CoreState, taken: number): EscalationStep {
  const { escalate } = settingsOf(state);
  const step = escalate[Math.min(taken, escalate.length - 1)];
  return step ?? { to: "platform", afterMinutes: 60 };
}

function waitMs(state: CoreState, taken: number): number {
  const { escalate, repeatHours } = settingsOf(state);
  return taken < escalate.length ? stepOf(state, taken).afterMinutes * MINUTE_MS : repeatHours * HOUR_MS;
}

function end(state: CoreState, prompt: Prompt, by: string, note: string | undefined, nowMs: number): void {
  const handledAt = formatTime(nowMs, modelOf(state).zone);
  const handled: Prompt = {
    ...prompt,
    state: "handled",
    handledAt,
    handledBy: by,
    ...(note === undefined ? {} : { note }),
  };
  keep(state, handled);
  dropTimer(state, `${PROMPT_TIMER}${prompt.id}`);
  // Who was asked is told that it is over; nobody else was.
  if (prompt.step > 0) say(state, "handled", handled, nowMs);
}

function keep(state: CoreState, prompt: Prompt): void {
  state.prompts.set(prompt.id, prompt);
  state.dirty.add(`prompt/${prompt.id}`);
  state.told.prompts.push(prompt.id);
}

function forgetHandled(state: CoreState): void {
  const handled = [...state.prompts.values()].filter((prompt) => prompt.state === "handled");
  handled.sort((a, b) => ((a.handledAt ?? "") < (b.handledAt ?? "") ? -1 : 1));
  for (const { id } of handled.slice(0, Math.max(0, handled.length - MAX_HANDLED))) {
    state.prompts.delete(id);
    state.dirty.add(`prompt/${id}`);
  }
}

function say(
  state: CoreState,
  change: "escalated" | "handled",
  prompt: Prompt,
  atMs: number,
  to?: EscalationStep["to"],
): void {
  tell(state, {
    type: `gatehouse.prompt.${change}`,
    subject: prompt.space ?? prompt.subject,
    lane: change === "escalated" && to !== "devices" ? "alert" : "presence",
    severity: change === "escalated" ? SEVERITY.warn : SEVERITY.info,
    // Its subject is a pseudonym.
    dataclassification: prompt.kind === "return-detected" ? "personal" : "restricted",
    data: to === undefined ? prompt : { ...prompt, escalation: { step: prompt.step, to } },
    atMs,
    key: `${prompt.id}.${change}.${prompt.step}`,
  });
}
