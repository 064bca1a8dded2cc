/** What strangers write into fields of text, and every field of text that the table of the API has, each to be filled with it. */
import { API, type ApiKey, type Route } from "gatehouse/testing";
import { z } from "zod";

/** Markup, formulas of spreadsheets, marks that turn the line round, what cannot be seen, and far too much of it. */
export const HOSTILE = {
  script: "<script>alert(1)</script></title></style>",
  attribute: `" onmouseover="alert(1)" style='x:expression(alert(1))' autofocus onfocus=alert(1) x="`,
  image: "<img src=x onerror=alert(1)><svg/onload=alert(1)><iframe srcdoc='<script>alert(1)</script>'>",
  address: "javascript:alert(1)//https://evil.example/%0a",
  formula: `=HYPERLINK("http://evil.example","open")`,
  sum: "@SUM(1+1)*cmd|' /C calc'!A0",
  rightToLeft: "\u202eabc\u2066def\u200f 1+1 \u202b\u0627\u0644",
  unseen: "a\u200bb\u200d\ufeffc\u00ad\u2060",
  emoji: "👩‍👩‍👧‍👦🏳️‍🌈\u0301\u0301\u0301",
  template: "${7*7}{{7*7}}%s%n{id}",
} as const;

export const TOO_LONG = "长".repeat(5_000) + "W".repeat(5_000);
export const WITH_NUL = "a\u0000b";

type Json = Readonly<Record<string, unknown>>;

/** One field of text of one row, in a body that is right but for it. */
export interface TextField {
  readonly key: ApiKey;
  readonly path: string;
  readonly body: (text: string) => unknown;
}

interface Leaf {
  readonly path: string;
  readonly put: (text: string) => unknown;
}

const DEEPEST = 8;
/** Of the forms that the table asks for. */
const EXAMPLES = [
  "x",
  "x1",
  "123456",
  "alr_1x2y3z00001",
  "prm_1x2y3z01",
  "hnd_1x2y3z01",
  "alert:alr_1",
  "abcdefghijkl",
];

const partsOf = (schema: Json, name: string) => (schema[name] ?? []) as readonly Json[];
const alternatives = (schema: Json) => [...partsOf(schema, "anyOf"), ...partsOf(schema, "oneOf")];
const propertiesOf = (schema: Json) => Object.entries((schema["properties"] ?? {}) as Record<string, Json>);

/** Something that fits, as far as its schema says. */
function sample(schema: Json, depth = 0): unknown {
  if ("const" in schema) return schema["const"];
  if (Array.isArray(schema["enum"])) return schema["enum"][0];
  const [first] = alternatives(schema);
  if (first !== undefined) return sample(first, depth);
  switch (schema["type"]) {
    case "string": {
      const form = new RegExp(String(schema["pattern"] ?? ""), "u");
      const least = Number(schema["minLength"] ?? 0);
      return EXAMPLES.find((text) => form.test(text) && text.length >= least) ?? "x".repeat(Math.max(1, least));
    }
    case "integer":
    case "number":
      return Math.max(1, Number(schema["minimum"] ?? 1));
    case "boolean":
      return false;
    case "array":
      return depth > DEEPEST ? [] : [sample((schema["items"] ?? {}) as Json, depth + 1)];
    case "object": {
      const needed = (schema["required"] ?? []) as readonly string[];
      const kept = propertiesOf(schema).filter(([name]) => needed.includes(name));
      return Object.fromEntries(kept.map(([name, each]) => [name, sample(each, depth + 1)]));
    }
    default:
      return "x";
  }
}

function leavesOf(schema: Json, depth = 0): readonly Leaf[] {
  if (depth > DEEPEST || "const" in schema || "enum" in schema) return [];
  const either = alternatives(schema);
  if (either.length > 0) return either.flatMap((each) => leavesOf(each, depth + 1));
  switch (schema["type"]) {
    case undefined:
    case "string":
      return [{ path: "", put: (text) => text }];
    case "array":
      return leavesOf((schema["items"] ?? {}) as Json, depth + 1).map(({ path, put }) => ({
        path: `[]${path}`,
        put: (text) => [put(text)],
      }));
    case "object": {
      const rest = sample(schema, depth) as Json;
      const more = schema["additionalProperties"];
      const named = propertiesOf(schema);
      const all = typeof more === "object" && more !== null ? [...named, ["x", more as Json] as const] : named;
      return all.flatMap(([name, each]) =>
        leavesOf(each, depth + 1).map(({ path, put }) => ({
          path: `.${name}${path}`,
          put: (text) => ({ ...rest, [name]: put(text) }),
        })),
      );
    }
    default:
      return [];
  }
}

/** Every field of text that somebody may send: a new one is here by itself. */
export const textFields = (): readonly TextField[] =>
  (Object.entries(API) as [ApiKey, Route][]).flatMap(([key, { body }]) => {
    if (body === undefined) return [];
    const schema = z.toJSONSchema(body, { io: "input", unrepresentable: "any", reused: "inline" }) as Json;
    return leavesOf(schema).map(({ path, put }) => ({ key, path, body: put }));
  });
