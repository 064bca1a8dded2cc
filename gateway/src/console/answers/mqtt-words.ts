/** Messages of MQTT devices as they may be looked at: what is known to say nothing about people is shown, of everything else only that it is there. */

/** Keys whose texts and numbers are shown. A makers' own key may hold a card number, a PIN or a name, whatever it is called. */
const SHOWN =
  /^(kind|action|state|status|battery|rssi|linkquality|signal|voltage|temperature|humidity|illuminance|epoch|seq|at|time|timestamp|last_seen|uptime|door|contact|occupancy|presence|tamper|online|firmware|version|ok|error|reason|notAfter|lock_state|power|energy|in|out|count|unit)$/i;
/** Kinds of readings whose value is a measure. */
const MEASURED = /^(meter|count|presence|input|door|lock|power)\./;
const MAX_CHARS = 2_000;
const MAX_TEXT = 40;
const MASK = "•••";

export function messageText(payload: Buffer): string {
  const text = payload.toString("utf8");
  if (text.includes("\uFFFD")) return `${payload.length} bytes that are no text`;
  try {
    return clip(JSON.stringify(masked(JSON.parse(text), false, 0)));
  } catch {
    // What is no JSON may be anything, a card number too.
    return text === "" ? "" : `${payload.length} bytes of text that is no JSON`;
  }
}

const clip = (text: string): string => (text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text);

const MAX_DEPTH = 8;

function masked(value: unknown, isShown: boolean, depth: number): unknown {
  if (typeof value === "boolean" || value === null) return value;
  if (typeof value === "string") return isShown && value.length <= MAX_TEXT ? value : MASK;
  if (typeof value === "number") return isShown ? value : MASK;
  if (depth >= MAX_DEPTH) return "…";
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => masked(item, false, depth + 1));
  const object = value as Readonly<Record<string, unknown>>;
  const isMeasure = typeof object["kind"] === "string" && MEASURED.test(object["kind"]);
  return Object.fromEntries(
    Object.entries(object).map(([key, child]) => [
      key,
      masked(child, SHOWN.test(key) || (isMeasure && key === "value" && typeof child === "number"), depth + 1),
    ]),
  );
}
