/** The OpenAPI 3.1 document, out of the table. */
import { z } from "zod";
import { PROBLEMS } from "./problem-catalogue.ts";
import { API } from "./table/index.ts";
import { LIVE_ACCESS, LiveMessage, Watch } from "./table/live.ts";
import { Problem, type Route } from "./table/route.ts";

type Json = Readonly<Record<string, unknown>>;

/** `$schema` is said once, by the document. */
function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any", reused: "inline" }) as Json;
  return rest;
}

function accessOf({ access }: Route): string {
  if (access === "public") return "Anybody.";
  if (access === "anyone") return "Whoever is signed in.";
  return `Signed in as ${access.join(" or ")}.`;
}

function parametersOf(row: Route): Json[] {
  const from = (schema: z.ZodType | undefined, where: "path" | "query"): Json[] => {
    if (schema === undefined) return [];
    const { properties = {}, required = [] } = schemaOf(schema, "input") as {
      readonly properties?: Readonly<Record<string, Json>>;
      readonly required?: readonly string[];
    };
    return Object.entries(properties).map(([name, { description, ...property }]) => ({
      name,
      in: where,
      required: where === "path" || required.includes(name),
      ...(description === undefined ? {} : { description }),
      schema: property,
    }));
  };
  return [...from(row.params, "path"), ...from(row.query, "query")];
}

function bodyOf({ body, binary }: Route): Json {
  if (binary !== undefined) {
    const content = Object.fromEntries(binary.types.map((type) => [type, {}]));
    return { requestBody: { required: true, description: `At most ${binary.maxBytes} bytes.`, content } };
  }
  if (body === undefined) return {};
  return { requestBody: { required: true, content: { "application/json": { schema: schemaOf(body, "input") } } } };
}

function operationOf(key: string, row: Route): Json {
  const answer =
    row.file === undefined
      ? { "application/json": { schema: schemaOf(row.answer, "output") } }
      : { [row.file.type]: {} };
  const [method = "", path = ""] = key.split(" ");
  const isPublic = row.access === "public";
  const changes = method !== "GET" && !isPublic;
  return {
    summary: row.summary,
    description: accessOf(row),
    operationId: [method.toLowerCase(), ...path.split(/[/:-]+/).slice(3)].join("_"),
    tags: [path.split("/")[3] ?? "api"],
    "x-access": row.access,
    security: isPublic ? [] : [changes ? { session: [], csrf: [] } : { session: [] }],
    parameters: parametersOf(row),
    ...bodyOf(row),
    responses: {
      200: { description: "Done.", content: answer },
      default: {
        description: "A refusal.",
        content: { "application/json": { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    },
  };
}

export function openApiDocument(version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const [key, row] of Object.entries(API) as [string, Route][]) {
    const [method = "", path = ""] = key.split(" ");
    const name = path.replace(/:(\w+)/g, "{$1}");
    paths[name] = { ...paths[name], [method.toLowerCase()]: operationOf(key, row) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Gatehouse console",
      version,
      description:
        "Everything the local console does. Sign in with `POST /api/1/session`; the session is a cookie, and its `csrf` goes into the header `x-gatehouse-csrf` of every request that changes something. Sentences come in the language of `Accept-Language` or `lang=zh|en`. See docs/console-api.md.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    paths,
    components: {
      schemas: {
        Problem: schemaOf(Problem, "output"),
        Watch: schemaOf(Watch, "input"),
        LiveMessage: schemaOf(LiveMessage, "output"),
      },
      securitySchemes: {
        session: { type: "apiKey", in: "cookie", name: "__Host-gatehouse" },
        csrf: { type: "apiKey", in: "header", name: "x-gatehouse-csrf" },
      },
    },
    "x-problems": Object.fromEntries(
      Object.entries(PROBLEMS).map(([code, { status, message }]) => [code, { status, message }]),
    ),
    "x-live": {
      path: "/api/1/live",
      asks: { $ref: "#/components/schemas/Watch" },
      says: { $ref: "#/components/schemas/LiveMessage" },
      access: LIVE_ACCESS,
    },
  };
}
