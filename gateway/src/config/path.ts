/** Paths into a configuration, as a list of keys and as text: `devices[3].portal`. */

export type Path = readonly (string | number)[];

export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? String(part) : `${text}.${String(part)}`;
  }, "");
}

export function readPath(text: string): Path {
  const parts = text.matchAll(/\[(\d+)\]|([^.[\]]+)/g);
  return Array.from(parts, ([, index, key]) => (index === undefined ? (key ?? "") : Number(index)));
}
