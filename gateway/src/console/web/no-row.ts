/** What to say where the table has no row: that there is nothing, or that it is asked for in another way. */
import type { FastifyRequest } from "fastify";
import { Refusal } from "../refusal.ts";
import { API } from "../table/index.ts";

/** Beside the table. */
const FIXED = ["GET /api/1/openapi.json", "GET /gatehouse-ca.crt", "GET /"];
const PATTERNS = [...Object.keys(API), ...FIXED].map((key) => {
  const [method = "", path = ""] = key.split(" ");
  return { method, parts: path.split("/") };
});

/** Of the rows at this path, in the order of the table. */
function methodsAt(path: string): string[] {
  const parts = path.split("/");
  const fits = (pattern: readonly string[]) =>
    pattern.length === parts.length &&
    pattern.every((part, i) => part === parts[i] || (part.startsWith(":") && parts[i] !== ""));
  return PATTERNS.filter((pattern) => fits(pattern.parts)).map(({ method }) => method);
}

export function noRow({ method, url }: Pick<FastifyRequest, "method" | "url">): Refusal {
  const methods = methodsAt(url.split("?")[0] ?? "");
  if (methods.length === 0 || methods.includes(method)) return new Refusal("not-found");
  return new Refusal("wrong-method", { values: { method, methods: methods.join(", ") } });
}
