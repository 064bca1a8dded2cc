/** The console's API of a running gateway, claimed and signed in as its first technician. */
import { request } from "node:https";
import type { GatewayProcess } from "./gateway-process.ts";
import { eventually } from "./rig.ts";

export const CONSOLE_PASSWORD = "kein-geheimnis-42";

export interface Replied {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export interface ConsoleSession {
  /** `body`: JSON, or bytes as a file. */
  ask(
    method: string,
    path: string,
    body?: object | Buffer,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Replied>;
}

export async function claimConsole(gateway: GatewayProcess, port: number): Promise<ConsoleSession> {
  const claim = await eventually(
    () => gateway.log.find(({ code, link }) => typeof code === "string" && typeof link === "string"),
    (found) => found !== undefined,
  );
  return claimWith(String(claim?.["code"]), port);
}

export async function claimWith(code: string, port: number): Promise<ConsoleSession> {
  const own = { cookie: "", csrf: "" };
  const ask: ConsoleSession["ask"] = (method, path, body, more = {}) => {
    const type = Buffer.isBuffer(body) ? "application/octet-stream" : "application/json";
    const headers = {
      ...more,
      ...(body === undefined ? {} : { "content-type": type }),
      ...(own.cookie === "" ? {} : { cookie: own.cookie, "x-gatehouse-csrf": own.csrf }),
    };
    const at = { host: "localhost", port, path: `/api/1${path}`, method, headers, agent: false };
    return new Promise((resolve, reject) => {
      const asked = request({ ...at, rejectUnauthorized: false }, (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("end", () => {
          const cookies = response.headers["set-cookie"] ?? [];
          if (cookies.length > 0) own.cookie = cookies.map((each) => each.split(";")[0]).join("; ");
          const all = Buffer.concat(parts);
          const isJson = String(response.headers["content-type"]).startsWith("application/json");
          resolve({ status: response.statusCode ?? 0, body: isJson ? JSON.parse(all.toString()) : { bytes: all } });
        });
      });
      asked.on("error", reject);
      asked.end(body === undefined || Buffer.isBuffer(body) ? body : JSON.stringify(body));
    });
  };
  const body = { code, name: "wang", password: CONSOLE_PASSWORD };
  const claimed = await ask("POST", "/claim", body);
  own.csrf = String(claimed.body["csrf"]);
  return { ask };
}
