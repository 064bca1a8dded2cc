/** Canonical JSON (RFC 8785): one text for one value, so that both sides sign the same bytes. Pure. */

/** Deeper than anything this product exchanges, and shallow enough for every stack. */
const MAX_DEPTH = 32;

/** The value's canonical text; undefined for what I-JSON (RFC 7493) cannot say, or what is nested beyond 32 levels. */
export function canonicalJson(value: unknown): string | undefined {
  return write(value, 0);
}

function write(value: unknown, depth: number): string | undefined {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return Number.isFinite(value) ? JSON.stringify(value) : undefined;
  if (typeof value === "string") return value.isWellFormed() ? JSON.stringify(value) : undefined;
  if (typeof value !== "object" || depth >= MAX_DEPTH) return undefined;
  return Array.isArray(value) ? writeList(value, depth) : writeObject(value, depth);
}

function writeList(list: readonly unknown[], depth: number): string | undefined {
  const parts: string[] = [];
  for (const item of list) {
    const text = write(item, depth + 1);
    if (text === undefined) return undefined;
    parts.push(text);
  }
  return `[${parts.join(",")}]`;
}

/** Members in the order of their UTF-16 code units (section 3.2.3), which is how JavaScript sorts texts. */
function writeObject(object: object, depth: number): string | undefined {
  const parts: string[] = [];
  for (const key of Object.keys(object).sort()) {
    const text = write((object as Readonly<Record<string, unknown>>)[key], depth + 1);
    if (text === undefined || !key.isWellFormed()) return undefined;
    parts.push(`${JSON.stringify(key)}:${text}`);
  }
  return `{${parts.join(",")}}`;
}
