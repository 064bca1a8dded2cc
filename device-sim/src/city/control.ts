/** The city's control door, for whoever runs it in a process of its own: `GET /status`, `POST /control`. */
import type { RequestListener } from "node:http";
import { Failure } from "./failure.ts";

export interface ControlDeps {
  readonly status: () => unknown;
  readonly fail: (failure: Failure) => Promise<void>;
}

const MAX_BODY_BYTES = 4_096;

export function controlOverHttp(deps: ControlDeps): RequestListener {
  return (request, response) => {
    const reply = (status: number, body: unknown) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(`${JSON.stringify(body)}\n`);
    };
    if (request.method === "GET" && request.url === "/status") return reply(200, deps.status());
    if (request.method !== "POST" || request.url !== "/control") {
      return reply(404, { error: "GET /status or POST /control" });
    }
    let text = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => {
      text += chunk;
      if (text.length > MAX_BODY_BYTES) request.destroy();
    });
    request.on("end", () => {
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
