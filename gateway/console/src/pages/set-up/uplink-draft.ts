/** The form of an uplink as it is filled in, and the piece of the site file it becomes. */

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

export type UplinkProblem = "needed" | "idForm" | "taken" | "scheme" | "clear" | "noPasswordInUrl" | "keyShort";

const SCHEMES: Readonly<Record<UplinkType, readonly string[]>> = {
  https: ["https:", "http:"],
  mqtt: ["mqtts:", "mqtt:"],
  nats: ["tls:", "nats:"],
};
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const SHORTEST_KEY = 16;

export const exampleUrl = (type: UplinkType): string =>
  ({ https: "https://city.example/ingest", mqtt: "mqtts://town.example:8883", nats: "tls://town.example:4222" })[type];

export function uplinkProblems(
  draft: UplinkDraft,
  taken: readonly string[],
): Partial<Record<keyof UplinkDraft, UplinkProblem>> {
  const found: Partial<Record<keyof UplinkDraft, UplinkProblem>> = {};
  if (draft.id === "") found.id = "needed";
  else if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(draft.id)) found.id = "idForm";
  else if (taken.includes(draft.id)) found.id = "taken";
  const wrong = urlProblem(draft);
  if (wrong !== undefined) found.url = wrong;
  if (draft.type === "https" && draft.sign !== "none" && draft.signKey.trim().length < SHORTEST_KEY)
    found.signKey = "keyShort";
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
  /** To be written first; the piece names them. */
  readonly secrets: readonly { readonly id: string; readonly value: string }[];
}

export function uplinkPiece(draft: UplinkDraft): UplinkPiece {
  const { id, type, url, receipt, sign, username } = draft;
  const secrets: { id: string; value: string }[] = [];
  const secret = (ending: string, value: string): { file: string } => {
    const file = `${id}.${ending}`;
    secrets.push({ id: file, value });
    return { file: `secrets/${file}` };
  };
  const signed = type === "https" && sign !== "none";
  const named = type !== "https" && username !== "";
  const standard = type === "nats" || receipt === "json";
  const uplink = {
    id,
    type,
    url: url.trim(),
    ...(standard ? {} : { receipt }),
    ...(signed ? { sign: { alg: sign, key: secret("key", draft.signKey) } } : {}),
    ...(named ? { username } : {}),
    ...(named && draft.password !== "" ? { password: secret("pw", draft.password) } : {}),
    ...(draft.ca.trim() === "" ? {} : { tls: { ca: secret("ca", draft.ca) } }),
  };
  return { uplink, secrets };
}
