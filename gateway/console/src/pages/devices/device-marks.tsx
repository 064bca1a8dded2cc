/** Small marks of a device: its state, its battery, when it was last seen. */
import { Tag } from "antd";
import { useMemo } from "react";
import { formatLength, useNow } from "../../parts/time.ts";
import { useSite, useTimes } from "../../shell/site.tsx";
import { devicesWords } from "../../words/devices.ts";
import { fill, useLanguage, useWords } from "../../words/language.ts";
import { type DeviceRow, LOW_BATTERY, stateOf } from "./device-state.ts";

const COLOURS = { online: "success", offline: "error", lineDown: "error", unknown: "default" } as const;
const MARKS = { online: "●", offline: "✗", lineDown: "✗", unknown: "?" } as const;

export function StateTag({ row }: { readonly row: Pick<DeviceRow, "driverUp" | "online" | "lastSeenAt"> }) {
  const words = useWords(devicesWords);
  const state = stateOf(row);
  return (
    <Tag color={COLOURS[state]}>
      <span aria-hidden>{MARKS[state]} </span>
      {words[state]}
    </Tag>
  );
}

export function Battery({ percent }: { readonly percent: number | null }) {
  if (percent === null) return <span className="gh-hint">–</span>;
  return <span className={percent < LOW_BATTERY ? "gh-problem" : ""}>{Math.round(percent)}%</span>;
}

const RECENT_MS = 60_000;

export function LastSeen({ at }: { readonly at: string | null }) {
  const words = useWords(devicesWords);
  const language = useLanguage();
  const now = useNow();
  const { time } = useTimes();
  if (at === null) return <span className="gh-hint">{words.never}</span>;
  const since = now - Date.parse(at);
  return (
    <span title={time(at)}>
      {since < RECENT_MS ? words.justNow : fill(words.ago, { t: formatLength(since, language) })}
    </span>
  );
}

/** The time of day with seconds, as a live view wants it. */
export function useClock(): (at: string) => string {
  const zone = useSite()?.timezone;
  const format = useMemo(
    () =>
      new Intl.DateTimeFormat("en-GB", {
        hour: "2-digit",
        minute: "2-digit",
        second: "2-digit",
        ...(zone === undefined ? {} : { timeZone: zone }),
      }),
    [zone],
  );
  return (at) => (Number.isNaN(Date.parse(at)) ? at : format.format(Date.parse(at)));
}
