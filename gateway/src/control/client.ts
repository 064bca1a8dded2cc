/** The other end of the control socket: one question, one answer. */
import { connect, type Socket } from "node:net";
import { type Clock, ConfigError, InvariantError, LinkError, RejectedError } from "@gatehouse/protocol";
import { linesOf } from "./lines.ts";
import { type SocketPath, socketPath } from "./socket-path.ts";
import { CONTROL_SOCKET, CONTROL_VERSION, ControlAnswer, type ControlFailure, MAX_ANSWER_BYTES } from "./wire.ts";

export interface Question {
  /** The state folder of the gateway. */
  readonly dir: string;
  readonly request: string;
  readonly params?: object;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/**
 * Resolves with the result. Throws LinkError `refused` when no gateway runs there, `timeout` or `closed` when no answer came or it cannot
 * answer now, ConfigError for what the person must change, RejectedError for a no.
 */
export async function askGateway({ dir, request, params, timeoutMs, clock }: Question): Promise<unknown> {
  using path = pathIn(dir);
  const socket = await dial(path, dir);
  const cancel = clock.after(timeoutMs, () =>
    socket.destroy(new LinkError("timeout", `the gateway gave no answer within ${Math.round(timeoutMs / 1_000)} s`)),
  );
  try {
    socket.write(`${JSON.stringify({ v: CONTROL_VERSION, request, params })}\n`);
    for await (const line of linesOf(socket, MAX_ANSWER_BYTES)) return resultOf(line);
  } catch (cause) {
    if (!(cause instanceof Error && "syscall" in cause)) throw cause;
  } finally {
    cancel();
    socket.destroy();
  }
  throw new LinkError("closed", "the gateway ended before it answered");
}

function resultOf(line: string): unknown {
  let json: unknown;
  try {
    json = JSON.parse(line, (_, value: unknown) => (typeof value === "string" ? harmless(value) : value));
  } catch (cause) {
    throw new LinkError("closed", `the gateway gave no whole answer: ${line.length} characters`, { cause });
  }
  const answer = ControlAnswer.safeParse(json);
  if (!answer.success) {
    const reason = "the gateway speaks another version of the control protocol";
    throw new ConfigError({ path: "--state", reason, fix: "use the gatehouse command of the release that runs" });
  }
  if (answer.data.ok) return answer.data.result;
  throw errorOf(answer.data.error);
}

/** Names and notes of other people go to a terminal, often root's: nothing in them may steer it, or turn a line around. Ends of lines stay. */
const harmless = (text: string): string => text.replace(/\r(?!\n)|[^\P{Cc}\r\n\t]|\p{Bidi_Control}/gu, "\uFFFD");

function errorOf({ code, message, path = "", fix }: ControlFailure): Error {
  if (code === "invalid") return new ConfigError({ path, reason: message, ...(fix === undefined ? {} : { fix }) });
  if (code === "refused") return new RejectedError(message);
  if (code === "unavailable") return new LinkError("closed", message);
  return new InvariantError(message);
}

function pathIn(dir: string): SocketPath {
  try {
    return socketPath(dir, CONTROL_SOCKET);
  } catch (cause) {
    throw awayError(cause, dir);
  }
}

function dial({ path }: SocketPath, dir: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => {
      socket.off("error", onError);
      resolve(socket);
    });
    const onError = (cause: Error) => reject(awayError(cause, dir));
    socket.once("error", onError);
  });
}

function awayError(cause: unknown, dir: string): Error {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR" || code === "ECONNREFUSED") {
    return new LinkError("refused", `no gateway is running on the state folder ${dir}`, { cause });
  }
  if (code === "EACCES" || code === "EPERM") {
    const reason = "only the gateway's own user and root may speak to it";
    return new ConfigError({ path: dir, reason, fix: "run this as that user, for instance with sudo" }, { cause });
  }
  if (cause instanceof ConfigError) return cause;
  const said = cause instanceof Error ? cause.message : String(cause);
  return new LinkError("refused", `the gateway on ${dir} cannot be reached: ${said}`, { cause });
}
