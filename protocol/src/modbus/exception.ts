/** Modbus exceptions in words. Modbus Application Protocol V1.1b3, section 7. */

const WORDS: Readonly<Record<number, string>> = {
  1: "it does not know this function",
  2: "it has no such register or coil: the map is of another device or model",
  3: "it does not take this value or this many registers at once",
  4: "it failed while doing it",
  5: "it has begun and needs longer",
  6: "it is busy",
  7: "it cannot do that now",
  8: "its memory is damaged",
  10: "the gateway in front of it has no way to it",
  11: "it does not answer the gateway in front of it",
};

/** `exception 2: it has no such register …`. */
export function modbusExceptionText(code: number): string {
  return `exception ${code}: ${WORDS[code] ?? "a code the standard does not know"}`;
}
