/** How labels with QR codes lie on sheets of paper, and where their codes lead. */

export interface LabelSize {
  readonly id: string;
  readonly columns: number;
  readonly rows: number;
  readonly widthMm: number;
  readonly heightMm: number;
}

/** Sheets of A4 that are sold with labels on them. */
export const LABEL_SIZES: readonly [LabelSize, ...LabelSize[]] = [
  { id: "70x50", columns: 3, rows: 5, widthMm: 64, heightMm: 54 },
  { id: "99x68", columns: 2, rows: 4, widthMm: 95, heightMm: 68 },
  { id: "48x36", columns: 4, rows: 7, widthMm: 48, heightMm: 39 },
];

export interface LabelPage<T> {
  /** Places at its beginning that were used before. */
  readonly free: number;
  readonly labels: readonly T[];
}

/** Labels page by page, in the order given; `skip` places of the first sheet were used before. */
export function pagesOf<T>(labels: readonly T[], { columns, rows }: LabelSize, skip = 0): readonly LabelPage<T>[] {
  const perPage = columns * rows;
  let free = Math.min(Math.max(0, Math.trunc(skip)), perPage - 1);
  const pages: LabelPage<T>[] = [];
  for (let from = 0; from < labels.length; ) {
    const count = perPage - free;
    pages.push({ free, labels: labels.slice(from, from + count) });
    from += count;
    free = 0;
  }
  return pages;
}

/** Where a phone gets to that scans the label of a room. */
export const roomLink = (origin: string, space: string): string => `${origin}/#/rooms/${encodeURIComponent(space)}`;

/** The plate's number out of what was scanned or typed: an address with the number in it, or the number itself. */
export function plateOf(scanned: string): string {
  const text = scanned.trim();
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
    ? text
        .replace("/#/", "/")
        .replace(/[?#].*$/, "")
        .replace(/\/+$/, "")
    : text;
  const last = address.split("/").at(-1) ?? address;
  try {
    return decodeURIComponent(last).trim();
  } catch {
    return last;
  }
}
