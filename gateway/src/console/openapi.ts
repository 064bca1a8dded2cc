/** The OpenAPI 3.1 document, out of the table. */
import { Alert, Deed, HandOver, Portal, Prompt, Space } from "@gatehouse/protocol";
import { z } from "zod";
import { PROBLEMS } from "./problem-catalogue.ts";
import { DeviceRow, FoundDevice, SeenReading } from "./table/devices.ts";
import { Edit } from "./table/edit.ts";
import { API } from "./table/index.ts";
import { JobRow } from "./table/jobs.ts";
import { LIVE_ACCESS, LiveMessage, Watch } from "./table/live.ts";
import { Problem, type Route } from "./table/route.ts";
import { AccountRow, Session } from "./table/session.ts";
import { SpaceRow } from "./table/spaces.ts";
import { HealthCodeRow, UplinkRow } from "./table/uplinks.ts";

type Json = Readonly<Record<string, unknown>>;

/** Types with a name, told once. */
const NAMES = z.registry<{ readonly id: string }>();
const NAMED = {
  Alert,
  AccountRow,
  Deed,
  DeviceRow,
  Edit,
  FoundDevice,
  HandOver,
  HealthCodeRow,
  JobRow,
  Portal,
  Prompt,
  SeenReading,
  Session,
  Space,
  SpaceRow,
  UplinkRow,
} as const;
for (const [id, schema] of Object.entries(NAMED)) NAMES.add(schema, { id });

/** A schema whose named parts stand in `named`; what is sent may lack what has a default, so it has names of its own. */
function schemaOf(schema: z.ZodType, io: "input" | "output", named: Record<string, Json>): Json {
  const options = { io, unrepresentable: "any", reused: "inline", metadata: NAMES } as const;
  const suffix = io === "input" ? "Input" : "";
  const made = z.toJSONSchema(schema, options) as Json;
  const text = JSON.stringify(made).replaceAll(/"#\/\$defs\/(\w+)"/g, `"#/components/schemas/$1${suffix}"`);
  const { $schema: _, $defs = {}, id: __, ...rest } = JSON.parse(text) as Record<string, Json>;
  for (const [name, { id: ___, ...part }] of Object.entries($defs as Record<string, Json>)) named[name + suffix] = part;
  return rest;
}

function accessOf({ access }: Route): string {
  if (access === "public") return "Anybody.";
  if (access === "anyone") return "Whoever is signed in.";
  return `Signed in as ${access.join(" or ")}.`;
}

function parametersOf(row: Route, named: Record<string, Json>): Json[] {
  const from = (schema: z.ZodType | undefined, where: "path" | "query" | "header"): Json[] => {
    if (schema === undefined) return [];
    const { properties = {}, required = [] } = schemaOf(schema, "input", named) as {
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
  return [...from(row.params, "path"), ...from(row.query, "query"), ...from(row.headers, "header")];
}

function bodyOf({ body, binary }: Route, named: Record<string, Json>): Json {
  if (binary !== undefined) {
    const content = Object.fromEntries(binary.types.map((type) => [type, {}]));
    return { requestBody: { required: true, description: `At most ${binary.maxBytes} bytes.`, content } };
  }
  if (body === undefined) return {};
  return {
    requestBody: { required: true, content: { "application/json": { schema: schemaOf(body, "input", named) } } },
  };
}

function operationOf(key: string, row: Route, named: Record<string, Json>): Json {
  const answer =
    row.file === undefined
      ? { "application/json": { schema: schemaOf(row.answer, "output", named) } }
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
    parameters: parametersOf(row, named),
    ...bodyOf(row, named),
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
  const named: Record<string, Json> = {};
  for (const [key, row] of Object.entries(API) as [string, Route][]) {
    const [method = "", path = ""] = key.split(" ");
    const name = path.replace(/:(\w+)/g, "{$1}");
    paths[name] = { ...paths[name], [method.toLowerCase()]: operationOf(key, row, named) };
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
        Problem: schemaOf(Problem, "output", named),
        Watch: schemaOf(Watch, "input", named),
        LiveMessage: schemaOf(LiveMessage, "output", named),
        ...named,
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
