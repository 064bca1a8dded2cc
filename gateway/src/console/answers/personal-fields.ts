/** Which fields of what leaves the box are about people, as JSON pointers (RFC 6901): where they live, how many, what was said of them, who did what. */

interface Text {
  readonly en: string;
  readonly zh: string;
}

export interface PersonalField {
  path: string;
  why: Text;
}

const HOME: Text = { en: "where somebody lives", zh: "住址" };
const CARD: Text = {
  en: "stands for a card or key: who holds it can be found out",
  zh: "卡或钥匙的假名，可对应到持有人",
};
const SAID: Text = { en: "written by a person, may name people", zh: "人工填写，可能提到个人" };
const DOER: Text = { en: "who did it", zh: "操作人" };
const COUNT: Text = { en: "how many people live or are there", zh: "居住或在场人数" };

/** By the name of the field, in events of the gateway. */
const BY_NAME: Readonly<Record<string, Text>> = {
  address: HOME,
  code: HOME,
  plate: HOME,
  credential: CARD,
  credentials: CARD,
  pseudonym: CARD,
  absent: CARD,
  resident: CARD,
  note: SAID,
  notes: SAID,
  proof: SAID,
  by: DOER,
  handledBy: DOER,
  issuer: DOER,
  persons: COUNT,
  residing: COUNT,
  present: COUNT,
  registered: COUNT,
};
/** Only in a hand-over they are names. */
const OF_HAND_OVERS: readonly string[] = ["from", "to"];
const PSEUDONYM = /^c_[0-9a-f]{10}$/;
/** By whom is no person. */
const NOBODY: readonly unknown[] = ["sensors", "gateway", "platform", null, ""];
const MOST = 200;

/** Of an event as the gateway makes it. */
export function personalFields(event: unknown): PersonalField[] {
  const isHandOver = String((event as { readonly type?: unknown } | null)?.type).startsWith("gatehouse.hand-over.");
  return walk(event, (name, value) => {
    if (NOBODY.includes(value)) return undefined;
    if (typeof value === "string" && PSEUDONYM.test(value)) return CARD;
    if (OF_HAND_OVERS.includes(name) && isHandOver && typeof value === "string") return DOER;
    return Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : undefined;
  });
}

/** Of what a mapping made of an event: fields that carry what was personal in it, whatever they are called. */
export function mappedPersonalFields(sent: unknown, event: unknown): PersonalField[] {
  const known = new Map<string, Text>();
  for (const { path, why } of personalFields(event)) {
    for (const leaf of leavesIn(at(event, path))) if (leaf.length >= LEAST) known.set(leaf, why);
  }
  return walk(sent, (_, value) => {
    if (typeof value !== "string" && typeof value !== "number") return undefined;
    const text = String(value);
    for (const [leaf, why] of known) if (text === leaf || (leaf.length >= CONTAINED && text.includes(leaf))) return why;
    return typeof value === "string" && PSEUDONYM.test(value) ? CARD : undefined;
  });
}

/** Shorter ones are found everywhere. */
const LEAST = 2;
const CONTAINED = 4;

/** The topmost fields for which `why` has something to say, in the order of the document. */
function walk(document: unknown, why: (name: string, value: unknown) => Text | undefined): PersonalField[] {
  const found: PersonalField[] = [];
  const visit = (value: unknown, name: string, path: string): void => {
    if (found.length >= MOST) return;
    const reason = path === "" ? undefined : why(name, value);
    if (reason !== undefined) found.push({ path, why: reason });
    else if (value !== null && typeof value === "object")
      for (const [key, child] of Object.entries(value))
        visit(child, Array.isArray(value) ? name : key, `${path}/${escaped(key)}`);
  };
  visit(document, "", "");
  return found;
}

const escaped = (key: string): string => key.replaceAll("~", "~0").replaceAll("/", "~1");
const plain = (key: string): string => key.replaceAll("~1", "/").replaceAll("~0", "~");

function at(document: unknown, path: string): unknown {
  let value = document;
  for (const key of path.split("/").slice(1)) value = (value as Record<string, unknown> | undefined)?.[plain(key)];
  return value;
}

function leavesIn(value: unknown): string[] {
  if (value !== null && typeof value === "object") return Object.values(value).flatMap(leavesIn);
  return typeof value === "string" || typeof value === "number" ? [String(value)] : [];
}
