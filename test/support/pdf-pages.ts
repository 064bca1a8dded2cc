/** What a browser's PDF has on its pages, read out of the file itself: an empty sheet is to be seen in a test. */
import { inflateSync } from "node:zlib";

/** For each page how many pieces of text are drawn on it. */
export function textsOnPages(pdf: Buffer): readonly number[] {
  const file = pdf.toString("latin1");
  const pages = [...file.matchAll(/<<\/Type \/Page\b(?!s)[\s\S]*?\/Contents (\d+) 0 R/g)];
  return pages.map(([, object = ""]) => contentsOf(file, object).split(/\bBT\b/).length - 1);
}

function contentsOf(file: string, object: string): string {
  const head = new RegExp(`\\n${object} 0 obj\\n(<<[\\s\\S]*?>>) stream\\n`).exec(file);
  if (head === null) throw new RangeError(`the PDF has no stream ${object}`);
  const from = head.index + head[0].length;
  const dictionary = head[1] ?? "";
  const length = Number(/\/Length (\d+)/.exec(dictionary)?.[1]);
  const bytes = Buffer.from(file.slice(from, from + length), "latin1");
  return (dictionary.includes("/FlateDecode") ? inflateSync(bytes) : bytes).toString("latin1");
}
