/** The figures of a month on a sheet, for the screen and for A4. */
import { ALERT_KIND_WORDS } from "@gatehouse/protocol";
import { Alert } from "antd";
import type { ReactNode } from "react";
import type { MonthFigures } from "../../../../src/console/table/duties.ts";
import { Pill } from "../../parts/pill.tsx";
import { type SheetRow, SheetTable } from "../../parts/sheet-table.tsx";
import { formatLength } from "../../parts/time.ts";
import { useTimes } from "../../shell/site.tsx";
import { reportWords } from "../../words/duties.ts";
import { fill, useLanguage, useWords } from "../../words/language.ts";
import { monthName } from "./month-name.ts";

type Facts = MonthFigures["facts"];

/** What the town asks for: devices in use for at least this share of the time, and errors of the exchange below that one. */
const UPTIME_GOAL = 0.9;
const ERROR_GOAL = 0.001;

const percent = (share: number, digits = 1) => `${(share * 100).toFixed(digits)}%`;

export interface MonthSheetProps {
  readonly figures: MonthFigures;
  readonly running: boolean;
}

export function MonthSheet({ figures, running }: MonthSheetProps) {
  const words = useWords(reportWords);
  const language = useLanguage();
  const { time } = useTimes();
  const { facts, empty } = figures;
  const { site, month, writtenAt } = facts;
  return (
    <article className="month-sheet" data-month={month}>
      <h2 className="month-name" dir="auto">
        {fill(words.head, { site: site.name, month: monthName(month, language) })}
      </h2>
      {site.address === null ? null : <p dir="auto">{site.address}</p>}
      <p className="under">{fill(words.written, { gateway: site.gateway, at: time(writtenAt) })}</p>
      {running ? <p className="under">{fill(words.runningNote, { at: time(writtenAt) })}</p> : null}
      {empty ? (
        <Alert type="info" showIcon title={words.empty} />
      ) : (
        <>
          <Alerts alerts={facts.alerts} />
          <Devices devices={facts.devices} />
          <Affairs facts={facts} />
          <Exchange exchange={facts.exchange} />
        </>
      )}
      <p className="under sheet-end">{words.footer}</p>
    </article>
  );
}

interface PartProps {
  readonly title: string;
  /** The first names the rows; the others are numbers. */
  readonly head: readonly string[];
  readonly rows: readonly SheetRow[];
  readonly children?: ReactNode;
}

function Part({ title, head, rows, children }: PartProps) {
  const words = useWords(reportWords);
  const language = useLanguage();
  const said = (cell: ReactNode) => (typeof cell === "number" ? cell.toLocaleString(language) : cell);
  return (
    <section className="card">
      <h3 className="month-part">{title}</h3>
      {children}
      {rows.length === 0 ? (
        <p className="soft">{words.noneOf}</p>
      ) : (
        <SheetTable
          label={title}
          head={head}
          rows={rows.map((row) => ({ ...row, cells: row.cells.map(said) }))}
          className="plain-table month-table"
        />
      )}
    </section>
  );
}

function useLength() {
  const language = useLanguage();
  return (ms: number | null) => (ms === null ? "–" : formatLength(ms, language));
}

function Alerts({ alerts }: Pick<Facts, "alerts">) {
  const words = useWords(reportWords);
  const language = useLanguage();
  const length = useLength();
  return (
    <Part
      title={words.alerts}
      head={[
        words.kind,
        words.raised,
        words.acknowledged,
        words.inTime,
        words.medianAnswer,
        words.ended,
        words.medianEnd,
        words.open,
      ]}
      rows={alerts.map(({ kind, raised, acknowledged, inTime, medianAnswerMs, ended, medianEndMs, open }) => ({
        key: kind,
        name: ALERT_KIND_WORDS[kind][language],
        cells: [raised, acknowledged, inTime, length(medianAnswerMs), ended, length(medianEndMs), open],
      }))}
    />
  );
}

function Devices({ devices }: Pick<Facts, "devices">) {
  const words = useWords(reportWords);
  const length = useLength();
  const heard = devices.flatMap(({ uptime }) => uptime ?? []);
  const mean = heard.length === 0 ? "–" : percent(heard.reduce((sum, share) => sum + share, 0) / heard.length);
  const below = heard.filter((share) => share < UPTIME_GOAL).length;
  const sorted = devices.toSorted((a, b) => (a.uptime ?? -1) - (b.uptime ?? -1) || (a.id < b.id ? -1 : 1));
  return (
    <Part
      title={words.devices}
      head={[words.device, words.place, words.uptime, words.faults, words.repairs, words.repairsInTime, words.mttr]}
      rows={sorted.map(({ id, place, uptime, faults, repairs, inTime, mttrMs, downNow }) => ({
        key: id,
        name: (
          <>
            <bdi>{id}</bdi> {downNow ? <Pill is="urgent">{words.downNow}</Pill> : null}
          </>
        ),
        cells: [
          <bdi key="place" className="clip month-place" title={place}>
            {place}
          </bdi>,
          uptime === null ? words.never : uptime < UPTIME_GOAL ? <b key="low">{percent(uptime)}</b> : percent(uptime),
          faults,
          repairs,
          inTime,
          length(mttrMs),
        ],
      }))}
    >
      <p>{fill(words.deviceSum, { n: devices.length, mean, below, never: devices.length - heard.length })}</p>
    </Part>
  );
}

function Affairs({ facts: { prompts, handOvers } }: { readonly facts: Facts }) {
  const words = useWords(reportWords);
  const rows = [
    [words.prompts, prompts.opened],
    [words.handled, prompts.handled],
    [words.escalated, prompts.escalated],
    [words.promptsOpen, prompts.open],
    [words.completed, handOvers.completed],
    [words.cancelled, handOvers.cancelled],
    [words.handOversOpen, handOvers.open],
  ] as const;
  return (
    <section className="card">
      <h3 className="month-part">{words.affairs}</h3>
      <dl className="facts">
        {rows.map(([name, n]) => (
          <div key={name} className="month-fact">
            <dt>{name}</dt>
            <dd>{n}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Exchange({ exchange }: Pick<Facts, "exchange">) {
  const words = useWords(reportWords);
  return (
    <Part
      title={words.exchange}
      head={[words.uplink, words.sent, words.rejected, words.dropped, words.waiting, words.errors]}
      rows={exchange.map(({ uplink, sent, rejected, dropped, waiting }) => {
        const all = sent + rejected + dropped;
        const share = all === 0 ? 0 : (rejected + dropped) / all;
        const errors = percent(share, 2);
        return {
          key: uplink,
          name: <bdi>{uplink}</bdi>,
          cells: [sent, rejected, dropped, waiting, share < ERROR_GOAL ? errors : <b key="errors">{errors}</b>],
        };
      })}
    >
      {exchange.length === 0 ? null : <p className="under">{words.exchangeNote}</p>}
    </Part>
  );
}
