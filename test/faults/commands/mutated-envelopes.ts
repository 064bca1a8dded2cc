/** Signed commands that were changed on the way, in every way there is: none may pass. */
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import {
  type CommandKey,
  checkEnvelope,
  commandBytes,
  createSigner,
  createVerifier,
  type EnvelopeFacts,
  hasRepeatedKeys,
} from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";

export interface MutationOptions {
  readonly count: number;
  readonly seed: number;
  /** For the proof's own proof: a gateway that believes every signature. */
  readonly believesAll?: boolean;
  readonly onProgress?: (done: number) => void;
}

export interface MutationResult {
  /** Envelopes tried by kind of change. */
  readonly tried: Readonly<Record<string, number>>;
  /** Refusals by check. */
  readonly refused: Readonly<Record<string, number>>;
  readonly accepted: readonly string[];
  /** Unchanged ones, which must pass. */
  readonly good: number;
}

type Body = Record<string, unknown>;
type Signing = (body: Body) => string;
/** The text that arrives; undefined where the change changed nothing. */
type Mutation = (body: Body, random: Random, other: Signing) => string | undefined;

const NOW_MS = Date.UTC(2026, 5, 1);
const time = (ms: number): string => new Date(NOW_MS + ms).toISOString();
const FIELDS = ["id", "gateway", "target", "action", "issuer", "issuedAt", "notAfter", "keyId"] as const;

/** Bits of the text. Not those of names' order or of white space, which are no change of what was signed. */
const flipBits: Mutation = (body, random) => {
  const bytes = Buffer.from(JSON.stringify(body));
  for (let flips = random.int(1, 3); flips > 0; flips--) {
    const at = random.int(0, bytes.length - 1);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.int(0, 7));
  }
  const text = bytes.toString("utf8");
  return text === JSON.stringify(body) ? undefined : text;
};

const swapFields: Mutation = (body, random) => {
  const [a, b] = [random.pick(FIELDS), random.pick(FIELDS)];
  return body[a] === body[b] ? undefined : JSON.stringify({ ...body, [a]: body[b], [b]: body[a] });
};

const dropField: Mutation = (body, random) => {
  const { [random.pick([...FIELDS, "args", "signature"])]: _, ...rest } = body;
  return JSON.stringify(rest);
};

const addField: Mutation = (body, random) => JSON.stringify({ ...body, [`x${random.int(0, 99)}`]: random.int(0, 9) });

const changeValue: Mutation = (body, random) =>
  JSON.stringify({ ...body, args: { ...(body["args"] as object), seconds: 60 + random.int(0, 1_000) } });

/** The same items of a list in another order say something else. */
const reorderList: Mutation = (body) => {
  const { devices } = body["args"] as { readonly devices: readonly string[] };
  return JSON.stringify({ ...body, args: { ...(body["args"] as object), devices: devices.toReversed() } });
};

const otherKey: Mutation = (body, _, other) => JSON.stringify({ ...body, signature: other(body) });

const otherGateway: Mutation = (body, random) => JSON.stringify({ ...body, gateway: `g-${random.int(2, 99)}` });

const truncate: Mutation = (body, random) => {
  const text = JSON.stringify(body);
  return text.slice(0, random.int(0, text.length - 1));
};

const repeatKey: Mutation = (body, random) => {
  const field = random.pick(FIELDS);
  const text = JSON.stringify(body);
  const twin = `${JSON.stringify(field)}:${JSON.stringify(random.chance(0.5) ? body[field] : "other")}`;
  return random.chance(0.5) ? `{${twin},${text.slice(1)}` : `${text.slice(0, -1)},${twin}}`;
};

const bendSignature: Mutation = (body, random) => {
  const signature = String(body["signature"]);
  const bytes = Buffer.from(signature, "base64");
  const ways = [
    () => `${signature}=`,
    () => signature.replaceAll("=", ""),
    () => bytes.toString("hex"),
    () => Buffer.concat([bytes, Buffer.of(0)]).toString("base64"),
    () => bytes.subarray(0, random.int(0, bytes.length - 1)).toString("base64"),
    () => Buffer.alloc(bytes.length).toString("base64"),
    () => `${signature.slice(0, 20)}\n${signature.slice(20)}`,
  ];
  const bent = random.pick(ways)();
  return bent === signature ? undefined : JSON.stringify({ ...body, signature: bent });
};

const wrap: Mutation = (body, random) =>
  JSON.stringify(random.pick<unknown>([[body], { command: body }, JSON.stringify(body)]));

export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  "bits flipped": flipBits,
  "fields swapped": swapFields,
  "field left out": dropField,
  "field added": addField,
  "value changed": changeValue,
  "list in another order": reorderList,
  "another key": otherKey,
  "another gateway": otherGateway,
  truncated: truncate,
  "name twice": repeatKey,
  "signature bent": bendSignature,
  wrapped: wrap,
};

interface Pair {
  readonly id: string;
  readonly sign: Signing;
  readonly key: CommandKey;
}

export async function runMutations(options: MutationOptions): Promise<MutationResult> {
  const { count, seed, believesAll = false, onProgress } = options;
  const random = new Random(seed);
  const pairs = [await ed25519("k-1"), await ed25519("k-2"), await sm2("k-3")];
  const stranger = await ed25519("k-1");
  const believed = (key: CommandKey): CommandKey => (believesAll ? { ...key, verify: () => true } : key);
  const facts: EnvelopeFacts = {
    keys: new Map(pairs.map(({ id, key }) => [id, believed(key)])),
    gateway: "g-1",
    nowMs: NOW_MS,
    scale: 1,
    clockSet: true,
    usedAs: () => undefined,
  };
  const names = Object.keys(MUTATIONS);
  const tried: Record<string, number> = {};
  const refused: Record<string, number> = {};
  const accepted: string[] = [];
  let good = 0;
  for (let done = 0; done < count; ) {
    // SM2 costs a hundred times an Ed25519 signature, so it has its share in a part of the rounds.
    const pair = done % 50 === 0 ? pairs[2] : pairs[random.int(0, 1)];
    if (pair === undefined) break;
    const body = envelope(pair, random);
    if (codeOf(JSON.stringify(body), facts) === "good") good += 1;
    for (const name of names) {
      const text = MUTATIONS[name]?.(body, random, stranger.sign);
      if (text === undefined) continue;
      const code = codeOf(text, facts);
      tried[name] = (tried[name] ?? 0) + 1;
      refused[code] = (refused[code] ?? 0) + 1;
      if (code === "good") accepted.push(`seed ${seed}, ${name}: ${text}`);
      done += 1;
    }
    onProgress?.(done);
  }
  return { tried, refused, accepted, good };
}

/** As it is read from the line. */
function codeOf(text: string, facts: EnvelopeFacts): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "no JSON";
  }
  if (hasRepeatedKeys(text)) return "name twice";
  const checked = checkEnvelope(value, facts);
  return checked.ok ? "good" : checked.code;
}

function envelope({ id: keyId, sign: signing }: Pair, random: Random): Body {
  const body: Body = {
    id: `c-${random.int(0, 1_000_000)}`,
    gateway: "g-1",
    target: random.pick(["lock-302", "reader-302", "g-1"]),
    action: random.pick(["unlock", "buzzer", "text"]),
    args: {
      seconds: random.int(1, 50) / 10,
      text: "请到前台 \u0001 😀",
      devices: ["a", "b", "c"],
      on: random.chance(0.5),
    },
    issuedAt: time(-random.int(0, 5_000)),
    notAfter: time(random.int(1, 30_000)),
    issuer: random.pick(["wang", "李"]),
    keyId,
  };
  return { ...body, signature: signing(body) };
}

const bytesOf = (body: Body): Buffer => commandBytes(body) ?? Buffer.alloc(0);
const pemOf = (key: KeyObject, type: "spki" | "pkcs8"): Buffer =>
  Buffer.from(key.export({ format: "pem", type } as { format: "pem"; type: "spki" }));

async function ed25519(id: string): Promise<Pair> {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const verifier = await createVerifier("ed25519", pemOf(publicKey, "spki"));
  return {
    id,
    sign: (body) => sign(null, bytesOf(body), privateKey).toString("base64"),
    key: { id, verify: (message, signature) => verifier.verify(message, signature), allows: () => true },
  };
}

async function sm2(id: string): Promise<Pair> {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "SM2" });
  const signer = await createSigner("sm2", pemOf(privateKey, "pkcs8"));
  const verifier = await createVerifier("sm2", pemOf(publicKey, "spki"));
  return {
    id,
    sign: (body) => signer.sign(bytesOf(body)).toString("base64"),
    key: { id, verify: (message, signature) => verifier.verify(message, signature), allows: () => true },
  };
}
