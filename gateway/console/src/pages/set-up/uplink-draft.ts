/** The form of an uplink as it is filled in, the piece of the site file it becomes, and the edits that change one that is there. */
import { type Edit, fieldEdits, type GivenSecret, type Item } from "./site-file.ts";

export const UPLINK_TYPES = ["https", "mqtt", "nats"] as const;
export type UplinkType = (typeof UPLINK_TYPES)[number];
export const SIGN_ALGS = ["none", "hmac-sha256", "hmac-sm3", "sm2"] as const;

export interface UplinkDraft {
  readonly id: string;
  readonly type: UplinkType;
  readonly url: string;
  readonly receipt: "json" | "status" | "broker";
  readonly sign: (typeof SIGN_ALGS)[number];
  /** Values that go into files of their own, and are never read back. */
  readonly signKey: string;
  readonly username: string;
  readonly password: string;
  readonly ca: string;
}

export const EMPTY_UPLINK: UplinkDraft = {
  id: "city",
  type: "https",
  url: "",
  receipt: "json",
  sign: "none",
  signKey: "",
  username: "",
  password: "",
  ca: "",
};

/** Which of its secrets the box has already: an empty field leaves them as they are. */
export type KeptSecrets = Readonly<Record<"signKey" | "password" | "ca", boolean>>;
export const NOTHING_KEPT: KeptSecrets = { signKey: false, password: false, ca: false };

export type UplinkProblem =
  | "needed"
  | "idForm"
  | "taken"
  | "scheme"
  | "clear"
  | "noPasswordInUrl"
  | "keyShort"
  | "noCertificate";

const SCHEMES: Readonly<Record<UplinkType, readonly string[]>> = {
  https: ["https:", "http:"],
  mqtt: ["mqtts:", "mqtt:"],
  nats: ["tls:", "nats:"],
};
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const SHORTEST_KEY = 16;
const CERTIFICATE = /^-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/m;

export const exampleUrl = (type: UplinkType): string =>
  ({ https: "https://city.example/ingest", mqtt: "mqtts://town.example:8883", nats: "tls://town.example:4222" })[type];

export function uplinkProblems(
  draft: UplinkDraft,
  taken: readonly string[],
  kept: KeptSecrets = NOTHING_KEPT,
): Partial<Record<keyof UplinkDraft, UplinkProblem>> {
  const found: Partial<Record<keyof UplinkDraft, UplinkProblem>> = {};
  if (draft.id === "") found.id = "needed";
  else if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(draft.id)) found.id = "idForm";
  else if (taken.includes(draft.id)) found.id = "taken";
  const wrong = urlProblem(draft);
  if (wrong !== undefined) found.url = wrong;
  const keeps = kept.signKey && draft.signKey.trim() === "";
  if (draft.type === "https" && draft.sign !== "none" && !keeps && draft.signKey.trim().length < SHORTEST_KEY)
    found.signKey = "keyShort";
  if (draft.ca.trim() !== "" && !CERTIFICATE.test(draft.ca.trim())) found.ca = "noCertificate";
  return found;
}

function urlProblem({ type, url }: UplinkDraft): UplinkProblem | undefined {
  if (url.trim() === "") return "needed";
  const parsed = URL.parse(url.trim());
  if (parsed === null || !SCHEMES[type].includes(parsed.protocol) || parsed.hostname === "") return "scheme";
  if (parsed.password !== "" || parsed.username !== "") return "noPasswordInUrl";
  const clear = parsed.protocol === "http:" || parsed.protocol === "mqtt:" || parsed.protocol === "nats:";
  return clear && !LOOPBACK.test(parsed.hostname) ? "clear" : undefined;
}

export interface UplinkPiece {
  /** For `uplinks` of the site file. */
  readonly uplink: Readonly<Record<string, unknown>>;
  /** They go with the edits that name them. */
  readonly secrets: readonly GivenSecret[];
}

/** Files of their own for what was entered now: `mark` keeps an older version of the site file with the files it names. */
function secretFiles(id: string, mark: string) {
  const secrets: { id: string; value: string }[] = [];
  const secret = (ending: string, value: string): { file: string } => {
    const file = `${id.slice(0, LONGEST_NAME)}.${mark}.${ending}`;
    secrets.push({ id: file, value });
    return { file: `secrets/${file}` };
  };
  return { secrets, secret };
}

const LONGEST_NAME = 45;

const addressOf = (type: UplinkType, url: string) =>
  type === "nats" ? { servers: [url.trim()] } : { url: url.trim() };

export function uplinkPiece(draft: UplinkDraft, mark: string): UplinkPiece {
  const { id, type, url, receipt, sign, username } = draft;
  const { secrets, secret } = secretFiles(id, mark);
  const signed = type === "https" && sign !== "none";
  const named = type !== "https" && username !== "";
  const standard = type === "nats" || receipt === "json";
  const uplink = {
    id,
    type,
    ...addressOf(type, url),
    ...(standard ? {} : { receipt }),
    ...(signed ? { sign: { alg: sign, key: secret("key", draft.signKey) } } : {}),
    ...(named ? { username } : {}),
    ...(named && draft.password !== "" ? { password: secret("pw", draft.password) } : {}),
    ...(draft.ca.trim() === "" ? {} : { tls: { ca: secret("ca", draft.ca) } }),
  };
  return { uplink, secrets };
}

type Part = Readonly<Record<string, unknown>>;
const partOf = (item: Item, key: string): Part | undefined => {
  const part = item[key];
  return typeof part === "object" && part !== null ? (part as Part) : undefined;
};
const oneOf = <T extends string>(list: readonly T[], value: unknown, otherwise: T): T =>
  list.find((each) => each === value) ?? otherwise;

/** What the form shows of a platform that is there; undefined for one it has no fields for. */
export function draftOf(item: Item): { readonly draft: UplinkDraft; readonly kept: KeptSecrets } | undefined {
  const type = UPLINK_TYPES.find((each) => each === item["type"]);
  const { servers } = item;
  const url = type === "nats" ? (Array.isArray(servers) && servers.length === 1 ? servers[0] : undefined) : item["url"];
  if (type === undefined || typeof url !== "string") return undefined;
  const sign = partOf(item, "sign");
  const draft: UplinkDraft = {
    ...EMPTY_UPLINK,
    id: item.id,
    type,
    url,
    receipt: oneOf(["json", "status", "broker"], item["receipt"], "json"),
    sign: oneOf(SIGN_ALGS, sign?.["alg"], "none"),
    username: typeof item["username"] === "string" ? item["username"] : "",
  };
  const kept = {
    signKey: sign?.["key"] !== undefined,
    password: item["password"] !== undefined,
    ca: partOf(item, "tls")?.["ca"] !== undefined,
  };
  return { draft, kept };
}

export interface UplinkChange {
  readonly edits: readonly Edit[];
  readonly secrets: UplinkPiece["secrets"];
}

/** Only what differs; what the form has no field for stays as it stands. */
export function changeEdits(item: Item, draft: UplinkDraft, mark: string): UplinkChange {
  const { id, type, receipt, sign, username } = draft;
  const path = `uplinks/${id}`;
  const { secrets, secret } = secretFiles(id, mark);
  const given = (ending: string, value: string, was: unknown) => (value.trim() === "" ? was : secret(ending, value));
  const edits = fieldEdits(path, item, addressOf(type, draft.url));
  if (type !== "nats" && oneOf(["json", "status", "broker"], item["receipt"], "json") !== receipt)
    edits.push({ op: "set", path: `${path}/receipt`, value: receipt });
  if (type === "https") {
    const was = partOf(item, "sign");
    if (sign === "none") edits.push(...fieldEdits(path, item, { sign: undefined }));
    else edits.push(...partEdits(path, "sign", was, { alg: sign, key: given("key", draft.signKey, was?.["key"]) }));
  } else {
    const password = username === "" ? undefined : given("pw", draft.password, item["password"]);
    edits.push(...fieldEdits(path, item, { username, password }));
  }
  const tls = partOf(item, "tls");
  if (draft.ca.trim() !== "") edits.push(...partEdits(path, "tls", tls, { ca: secret("ca", draft.ca) }));
  return { edits, secrets };
}

const partEdits = (path: string, key: string, was: Part | undefined, is: Part): Edit[] =>
  was === undefined ? [{ op: "set", path: `${path}/${key}`, value: is }] : fieldEdits(`${path}/${key}`, was, is);
