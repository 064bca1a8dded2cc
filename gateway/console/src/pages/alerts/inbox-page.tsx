/** All alerts, those that wait first: filtered, live, with earlier ones on demand. */
import { ALERT_KIND_WORDS, ALERT_LEVEL_WORDS, type Alert } from "@gatehouse/protocol";
import { Button, Segmented } from "antd";
import { useMemo, useState } from "react";
import { useAnswer, useLive } from "../../client/use-answer.ts";
import { Choose } from "../../parts/choose.tsx";
import { Failed } from "../../parts/failed.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Nothing } from "../../parts/nothing.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { mergeAlerts, useOpenAlerts } from "../../shell/alert-watch.tsx";
import { call } from "../../shell/box.ts";
import { alertWords } from "../../words/alerts.ts";
import { fill, useLanguage, useWords } from "../../words/language.ts";
import { AlertCard } from "./alert-card.tsx";

interface Filter {
  readonly show: "open" | "all";
  readonly level: "" | Alert["level"];
  readonly kind: "" | Alert["kind"];
}

const PAGE = 100;
const LEVELS = ["emergency", "red", "yellow", "blue"] as const;
const isWaiting = ({ state }: Alert) => state === "raised" || state === "reopened";

/** Waiting before taken, urgent before less so, then the newest. */
function inOrder(alerts: readonly Alert[]): Alert[] {
  const rank = (alert: Alert) =>
    (isWaiting(alert) ? 0 : alert.state === "closed" ? 20 : 10) + LEVELS.indexOf(alert.level);
  return [...alerts].sort((a, b) => rank(a) - rank(b) || (a.raisedAt < b.raisedAt ? 1 : -1));
}

const passes = (alert: Alert, { show, level, kind }: Filter) =>
  (show === "all" || alert.state !== "closed") &&
  (level === "" || alert.level === level) &&
  (kind === "" || alert.kind === kind);

export function InboxPage() {
  const words = useWords(alertWords);
  const { open, waiting } = useOpenAlerts();
  const [filter, setFilter] = useState<Filter>({ show: "open", level: "", kind: "" });
  return (
    <>
      <PageHead title={words.title} under={fill(words.counts, { open: open.length, waiting: waiting.length })}>
        <Tools filter={filter} change={setFilter} />
      </PageHead>
      <List key={JSON.stringify(filter)} filter={filter} />
    </>
  );
}

function Tools({ filter, change }: { readonly filter: Filter; readonly change: (filter: Filter) => void }) {
  const words = useWords(alertWords);
  const language = useLanguage();
  const kinds = Object.keys(ALERT_KIND_WORDS) as Alert["kind"][];
  return (
    <>
      <Segmented<Filter["show"]>
        aria-label={words.show}
        value={filter.show}
        onChange={(show) => change({ ...filter, show })}
        options={[
          { value: "open", label: words.open },
          { value: "all", label: words.all },
        ]}
      />
      <Choose<Filter["level"]>
        label={words.level}
        value={filter.level}
        onChange={(level) => change({ ...filter, level })}
        options={[
          ["", words.allLevels],
          ...LEVELS.map((level) => [level, ALERT_LEVEL_WORDS[level][language]] as const),
        ]}
      />
      <Choose<Filter["kind"]>
        label={words.kind}
        value={filter.kind}
        onChange={(kind) => change({ ...filter, kind })}
        options={[["", words.allKinds], ...kinds.map((kind) => [kind, ALERT_KIND_WORDS[kind][language]] as const)]}
      />
    </>
  );
}

function queryOf({ show, level, kind }: Filter) {
  return {
    limit: PAGE,
    ...(show === "open" ? { open: "true" } : {}),
    ...(level === "" ? {} : { level }),
    ...(kind === "" ? {} : { kind }),
  };
}

function List({ filter }: { readonly filter: Filter }) {
  const words = useWords(alertWords);
  const alerts = useAnswer("GET /api/1/alerts", { query: queryOf(filter) });
  const { busy, problem, run } = useDoing();
  useLive({ watch: ["alerts"] }, (message) => {
    if (message.about !== "alerts") return;
    alerts.change((page) => ({
      ...page,
      items: mergeAlerts(page.items, message.alerts).filter((alert) => passes(alert, filter)),
    }));
  });
  const shown = useMemo(() => inOrder(alerts.answer?.items ?? []), [alerts.answer]);
  const more = (after: string) =>
    run(async () => {
      const next = await call("GET /api/1/alerts", { query: { ...queryOf(filter), after } });
      alerts.change((page) => ({ ...next, items: mergeAlerts(page.items, next.items) }));
    });
  return (
    <Loaded of={alerts}>
      {({ next }) => (
        <>
          {shown.length === 0 ? (
            <Nothing
              text={filter.show === "open" && filter.level === "" && filter.kind === "" ? words.allDone : words.none}
            />
          ) : (
            <div className="alert-list">
              {shown.map((alert) => (
                <AlertCard key={alert.id} alert={alert} />
              ))}
            </div>
          )}
          {problem === undefined ? null : <Failed problem={problem} />}
          {next === null ? null : (
            <Button loading={busy} onClick={() => void more(next)}>
              {words.more}
            </Button>
          )}
        </>
      )}
    </Loaded>
  );
}
