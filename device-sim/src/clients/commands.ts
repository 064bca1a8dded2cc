/** What a simulated device answers to a command. */
import { type CommandResult, DeviceCommand } from "@gatehouse/protocol";

/** What a device of some kind does with a command that is well formed and in time. */
export type AnswerCommand = (command: DeviceCommand) => CommandResult;

const notSupported: AnswerCommand = ({ id, action }) => ({ id, ok: false, error: `not supported: ${action}` });

/** Locks lock and unlock; nothing else is supported. */
export const answerAsLock: AnswerCommand = (command) =>
  command.action === "unlock" || command.action === "lock" ? { id: command.id, ok: true } : notSupported(command);

export const answerAsSensor: AnswerCommand = notSupported;

/** The result to publish for a payload on the command topic; undefined when it is no command at all. */
export function resultFor(payload: Uint8Array, answer: AnswerCommand, nowMs: number): CommandResult | undefined {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(payload).toString("utf8"));
  } catch {
    return undefined;
  }
  const parsed = DeviceCommand.safeParse(json);
  if (!parsed.success) return undefined;
  const command = parsed.data;
  if (nowMs > Date.parse(command.notAfter))
    return { id: command.id, ok: false, error: `expired at ${command.notAfter}` };
  return answer(command);
}
