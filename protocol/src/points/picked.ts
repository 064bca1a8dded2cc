/** What was heard of a device: values by property, as text. */
export type Picked = ReadonlyMap<string, string>;

/** Values longer than this are nobody's state. */
const MAX_TEXT = 300;

/** A value of a payload as the text by which it is looked up; undefined for what is no single value. */
export function scalar(value: unknown): string | undefined {
  if (typeof value === "string") return value.length > MAX_TEXT ? undefined : value;
  return typeof value === "boolean" || typeof value === "number" ? String(value) : undefined;
}
