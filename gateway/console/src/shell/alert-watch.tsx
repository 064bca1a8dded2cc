/** Open alerts for the badge, the banner, the title and the sound: kept live whatever page is open. */
import type { Alert } from "@gatehouse/protocol";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef } from "react";
import { useAnswer, useLive } from "../client/use-answer.ts";
import { chime, soundChoice } from "./sound.ts";

export interface OpenAlerts {
  readonly open: readonly Alert[];
  /** Those nobody has acknowledged yet. */
  readonly waiting: readonly Alert[];
}

const NONE: OpenAlerts = { open: [], waiting: [] };
const OpenAlertsContext = createContext<OpenAlerts>(NONE);
export const useOpenAlerts = (): OpenAlerts => useContext(OpenAlertsContext);

const isOpen = (alert: Alert) => alert.state !== "closed";
const isWaiting = (alert: Alert) => alert.state === "raised" || alert.state === "reopened";

/** The newer news of each, newest alert first. */
export function mergeAlerts(known: readonly Alert[], news: readonly Alert[]): Alert[] {
  const all = new Map(known.map((alert) => [alert.id, alert]));
  for (const alert of news) all.set(alert.id, alert);
  return [...all.values()].sort((a, b) =>
    a.raisedAt < b.raisedAt ? 1 : a.raisedAt > b.raisedAt ? -1 : a.id < b.id ? 1 : -1,
  );
}

export function AlertWatch({ children }: { readonly children: ReactNode }) {
  const { answer, change } = useAnswer("GET /api/1/alerts", { query: { open: "true", limit: 500 } });
  useLive({ watch: ["alerts"] }, (message) => {
    if (message.about === "alerts")
      change((page) => ({ ...page, items: mergeAlerts(page.items, message.alerts).filter(isOpen) }));
  });
  const value = useMemo<OpenAlerts>(
    () => (answer === undefined ? NONE : { open: answer.items, waiting: answer.items.filter(isWaiting) }),
    [answer],
  );
  useSoundOf(value.waiting, answer !== undefined);
  return <OpenAlertsContext value={value}>{children}</OpenAlertsContext>;
}

/** Rings once for alerts that were not there before; not for those the page opened with. */
function useSoundOf(waiting: readonly Alert[], known: boolean): void {
  const heard = useRef<Set<string> | undefined>(undefined);
  useEffect(() => {
    if (!known) return;
    const names = waiting.map(({ id, episode }) => `${id} ${episode}`);
    const before = heard.current;
    heard.current = new Set(names);
    if (before !== undefined && names.some((name) => !before.has(name)) && soundChoice.get() === "on") chime();
  }, [waiting, known]);
}
