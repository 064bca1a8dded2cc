/** Times and lengths of time, in words and in the site's zone. */
import { systemClock } from "@gatehouse/protocol";
import { useEffect, useState } from "react";
import { boxClock } from "../client/box-clock.ts";
import type { Language } from "../words/language.ts";

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(language: Language, zone: string | undefined, withTime: boolean): Intl.DateTimeFormat {
  const key = `${language} ${zone} ${withTime}`;
  let format = formats.get(key);
  if (format === undefined) {
    const options: Intl.DateTimeFormatOptions = {
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      ...(withTime ? { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } : {}),
      ...(zone === undefined ? {} : { timeZone: zone }),
    };
    format = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", options);
    formats.set(key, format);
  }
  return format;
}

function formatted(at: string, language: Language, zone: string | undefined, withTime: boolean): string {
  const ms = Date.parse(at);
  return Number.isNaN(ms) ? at : formatOf(language, zone, withTime).format(ms);
}

export const formatTime = (at: string, language: Language, zone?: string): string =>
  formatted(at, language, zone, true);
export const formatDate = (at: string, language: Language, zone?: string): string =>
  formatted(at, language, zone, false);

const UNITS = [
  [86_400_000, { zh: "天", en: "d" }],
  [3_600_000, { zh: "小时", en: "h" }],
  [60_000, { zh: "分钟", en: "min" }],
] as const;

/** `2 h`, `35 min`: the largest unit that fits, and the next one while the first is small. */
export function formatLength(ms: number, language: Language): string {
  const size = Math.abs(ms);
  const index = UNITS.findIndex(([unit]) => size >= unit);
  const [unit, word] = UNITS[index] ?? UNITS[2];
  const count = Math.floor(size / unit);
  const below = index >= 0 ? UNITS[index + 1] : undefined;
  const rest = below === undefined || count >= 3 ? 0 : Math.floor((size % unit) / below[0]);
  const first = `${count} ${word[language]}`;
  return rest === 0 || below === undefined ? first : `${first} ${rest} ${below[1][language]}`;
}

/** Nobody reads faster. */
const SHORTEST_MS = 1_000;

/** Time of the box, told again every `everyMs` of it. */
export function useNow(everyMs = 30_000): number {
  const [now, setNow] = useState(() => boxClock.nowMs());
  useEffect(() => {
    let cancel: () => void = () => undefined;
    const tell = () => {
      cancel();
      setNow(boxClock.nowMs());
      cancel = systemClock.after(Math.max(SHORTEST_MS, everyMs / boxClock.scale), tell);
    };
    tell();
    const end = boxClock.onTold(tell);
    return () => {
      end();
      cancel();
    };
  }, [everyMs]);
  return now;
}
