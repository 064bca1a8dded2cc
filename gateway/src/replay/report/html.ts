/** Pieces of HTML: escaped text, and text in the report's two languages. */

/** Text that is safe between tags and in quoted attributes. */
export const escapeHtml = (text: string | number): string =>
  String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** Both arguments are HTML already; the reader sees one of them. */
export const both = (zh: string, en: string): string =>
  zh === en ? zh : `<span lang="zh-CN">${zh}</span><span lang="en">${en}</span>`;

/** `2025-05-12 06:00` of an RFC 3339 time, which is local already. */
export const shortTime = (time: string): string => escapeHtml(time.slice(0, 16).replace("T", " "));

export const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** At most one decimal: `3`, `2.5`. */
export const persons = (count: number): string => String(Math.round(count * 10) / 10);

/** `12,345`. */
export const grouped = (count: number): string => count.toLocaleString("en");
