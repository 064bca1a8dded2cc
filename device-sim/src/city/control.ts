/** The city's control door, for whoever runs it in a process of its own: `GET /status`, `POST /control`, `POST /command`. */
import type { RequestListener } from "node:http";
import { CommandOrder, type SignedCommand } from "./commands.ts";
import { Failure } from "./failure.ts";

export interface ControlDeps {
  readonly status: () => unknown;
  readonly fail: (failure: Failure) => Promise<void>;
  readonly command: (order: CommandOrder) => SignedCommand;
}

const MAX_BODY_BYTES = 64 * 1024;

export function controlOverHttp(deps: ControlDeps): RequestListener {
  return (request, response) => {
    const reply = (status: number, body: unknown) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(`${JSON.stringify(body)}\n`);
    };
    if (request.method === "GET" && request.url === "/status") return reply(200, deps.status());
    const { url } = request;
    if (request.method !== "POST" || (url !== "/control" && url !== "/command")) {
      return reply(404, { error: "GET /status, POST /control or POST /command" });
    }
    let text = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => {
      text += chunk;
      if (text.length > MAX_BODY_BYTES) request.destroy();
    });
    request.on("end", () => {
      if (url === "/command") {
        const order = CommandOrder.safeParse(parse(text));
        if (!order.success) return reply(400, { error: order.error.issues[0]?.message ?? "invalid" });
        return reply(200, deps.command(order.data));
      }
      const failure = Failure.safeParse(parse(text));
      if (!failure.success) return reply(400, { error: failure.error.issues[0]?.message ?? "invalid" });
      return deps.fail(failure.data).then(() => reply(200, failure.data));
    });
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
