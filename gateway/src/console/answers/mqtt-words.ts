/** Messages of MQTT devices as they may be looked at: as they came, but without card and key numbers and secrets. */

/** Whatever its value, it is not shown. */
const HIDDEN = /^(credential|card|cardno|card_?(number|id)|uid|pin(_?code)?|code|password|key|token|secret)$/i;
const MAX_CHARS = 2_000;
const MASK = "•••";

export function messageText(payload: Buffer): string {
  const text = payload.toString("utf8");
  if (text.includes("\uFFFD")) return `${payload.length} bytes that are no text`;
  try {
    return clip(JSON.stringify(masked(JSON.parse(text), 0)));
  } catch {
    // What is no JSON may be anything, a card number too.
    return text === "" ? "" : `${payload.length} bytes of text that is no JSON`;
  }
}

const clip = (text: string): string => (text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text);

const MAX_DEPTH = 8;

function masked(value: unknown, depth: number): unknown {
  if (value === null || typeof value !== "object") return value;
  if (depth >= MAX_DEPTH) return "…";
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => masked(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, HIDDEN.test(key) ? MASK : masked(child, depth + 1)]),
  );
}
