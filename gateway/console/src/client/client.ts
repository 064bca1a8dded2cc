/** Calls rows of the API table: types come from the table, refusals come as CallProblem in the reader's language. */
import type { AnswerOf, ApiKey, ApiTable, AskOf } from "../../../src/console/table/index.ts";
import type { Problem } from "../../../src/console/table/route.ts";
import type { Language } from "../words/language.ts";
import { CallProblem } from "./problem.ts";

type Field<K extends ApiKey, P extends "params" | "query" | "headers" | "body"> =
  AskOf<K, P> extends undefined
    ? unknown
    : object extends AskOf<K, P>
      ? { readonly [Key in P]?: AskOf<K, P> }
      : { readonly [Key in P]: AskOf<K, P> };
type Binary<K extends ApiKey> = ApiTable[K] extends { readonly binary: unknown } ? { readonly body: Blob } : unknown;

/** What a row wants: its path's names, its query, its headers, its body; a file where it takes one. */
export type Ask<K extends ApiKey> = Field<K, "params"> &
  Field<K, "query"> &
  Field<K, "headers"> &
  Field<K, "body"> &
  Binary<K>;
export type Arguments<K extends ApiKey> =
  object extends Ask<K> ? [ask?: Ask<K>, options?: CallOptions] : [ask: Ask<K>, options?: CallOptions];

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Asked by the page itself, not by a person: no sign of life of its session. */
  readonly unattended?: boolean;
}

export interface ClientParts {
  readonly fetch: typeof globalThis.fetch;
  readonly language: () => Language;
  /** Said when the box was not reached, or its answer could not be read. */
  readonly unreachable: () => Problem;
  /** The box knows no session of this browser any more. */
  readonly onSignedOut: () => void;
}

const UNATTENDED_HEADER = "x-gatehouse-unattended";

/** Routes that end in a 401 without a session having ended. */
const SIGN_IN: readonly string[] = ["POST /api/1/session", "POST /api/1/claim", "GET /api/1/session"];

export interface Client {
  call<K extends ApiKey>(key: K, ...rest: Arguments<K>): Promise<AnswerOf<K>>;
  /** The csrf token of the session; undefined when signed out. */
  csrf: string | undefined;
}

interface Loose {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/** `/api/1/spaces/:id?…`, filled in. Also the address of a picture or of a file to save. */
export function addressOf<K extends ApiKey>(key: K, ...rest: Arguments<K>): string {
  const { params = {}, query = {} } = (rest[0] ?? {}) as Loose;
  const path = key
    .slice(key.indexOf(" ") + 1)
    .replace(/:(\w+)/g, (_all, name: string) => encodeURIComponent(String(params[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}

const isProblem = (value: unknown): value is Problem =>
  typeof value === "object" && value !== null && "code" in value && "message" in value;

function optionsOf(
  method: string,
  { headers: own = {}, body }: Loose,
  language: Language,
  csrf: string | undefined,
): RequestInit {
  const headers: Record<string, string> = {
    ...Object.fromEntries(
      Object.entries(own).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, encodeURIComponent(String(value))]],
      ),
    ),
    accept: "application/json",
    "accept-language": language === "zh" ? "zh-CN" : "en",
  };
  const options: RequestInit = { method, headers, credentials: "same-origin", cache: "no-store" };
  if (method !== "GET" && csrf !== undefined) headers["x-gatehouse-csrf"] = csrf;
  if (body instanceof Blob) {
    headers["content-type"] = body.type || "application/octet-stream";
    options.body = body;
  } else if (body !== undefined) {
    headers["content-type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  return options;
}

export function createClient(parts: ClientParts): Client {
  const client: Client = {
    csrf: undefined,
    async call(key, ...rest) {
      const [ask, { signal, unattended } = {}] = rest as readonly [Loose?, CallOptions?];
      const options = optionsOf(key.slice(0, key.indexOf(" ")), ask ?? {}, parts.language(), client.csrf);
      if (unattended === true) options.headers = { ...options.headers, [UNATTENDED_HEADER]: "1" };
      if (signal !== undefined) options.signal = signal;
      const { response, answer } = await reach(parts, addressOf(key, ...rest), options);
      if (response.ok) return answer as never;
      if (response.status === 401 && !SIGN_IN.includes(key)) parts.onSignedOut();
      throw new CallProblem(response.status, isProblem(answer) ? answer : parts.unreachable());
    },
  };
  return client;
}

async function reach(parts: ClientParts, address: string, options: RequestInit) {
  try {
    const response = await parts.fetch(address, options);
    const text = await response.text();
    return { response, answer: text === "" ? undefined : (JSON.parse(text) as unknown) };
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw new CallProblem(0, parts.unreachable(), { cause });
  }
}
