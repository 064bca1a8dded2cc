/** The gateway's control socket as its document describes it, spoken without the gateway's own code. */
import { connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { LinkError } from "@gatehouse/protocol";

export interface ControlAnswer {
  readonly v: number;
  readonly ok: boolean;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: string; readonly message: string; readonly path?: string };
}

/** One question, one answer. Rejects with LinkError when the connection ends before. */
export function askControl(stateDir: string, request: string, params: object = {}): Promise<ControlAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(join(stateDir, "control.sock"));
    socket.on("error", (cause) => reject(new LinkError("closed", cause.message, { cause })));
    socket.on("close", () => reject(new LinkError("closed", "the gateway ended before it answered")));
    const lines = createInterface({ input: socket });
    lines.on("error", () => {});
    lines.once("line", (line) => {
      resolve(JSON.parse(line) as ControlAnswer);
      socket.destroy();
    });
    socket.write(`${JSON.stringify({ v: 1, request, params })}\n`);
  });
}
