/** One room: how many live there against its limit, why that is believed, its devices and alerts. */
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { useAnswer, useLive } from "../../client/use-answer.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { Pill } from "../../parts/pill.tsx";
import type { PageProps } from "../../shell/page-row.ts";
import { linkTo } from "../../shell/route.ts";
import { useTimes } from "../../shell/site.tsx";
import { boardWords } from "../../words/board.ts";
import { fill, useLanguage, useWords } from "../../words/language.ts";
import { roomWords } from "../../words/room.ts";
import { AlertCard } from "../alerts/alert-card.tsx";
import { EvidenceList } from "../alerts/evidence-list.tsx";
import { SHAPES, stateOf } from "../board/room-state.ts";
import { NightsCard } from "./nights.tsx";
import { WhatIf } from "./what-if.tsx";
import "../board/board.css";
import "./room.css";

type Answer = AnswerOf<"GET /api/1/spaces/:id">;

export function RoomPage({ params }: PageProps) {
  const id = params["id"] ?? "";
  const room = useAnswer("GET /api/1/spaces/:id", { params: { id } }, { reloadOn: ["alerts"] });
  useLive({ watch: ["spaces"] }, (message) => {
    const row = message.about === "spaces" ? message.spaces.find((one) => one.id === id) : undefined;
    if (row !== undefined) room.change((known) => ({ ...known, row }));
  });
  return <Loaded of={room}>{(answer) => <Room id={id} answer={answer} />}</Loaded>;
}

function Room({ id, answer }: { readonly id: string; readonly answer: Answer }) {
  const words = useWords(roomWords);
  const board = useWords(boardWords);
  const { row } = answer;
  const state = stateOf(row);
  return (
    <>
      <PageHead
        back="#/"
        title={row.name}
        under={
          <>
            <span className={`chip state-${state}`}>
              <span aria-hidden="true">{SHAPES[state]}</span> {board[state]}
            </span>{" "}
            {words.risk}: {board[row.risk]}
          </>
        }
      />
      <Figures row={row} />
      <NightsCard id={id} />
      <div className="columns">
        <Evidence answer={answer} />
        <RoomAlerts alerts={answer.alerts} />
        <Devices devices={answer.devices} />
        <WhatIf id={id} limit={row.limit?.persons ?? null} />
        <Place answer={answer} />
      </div>
    </>
  );
}

const one = (n: number) => (Math.round(n * 10) / 10).toFixed(1);

function Figures({ row }: { readonly row: Answer["row"] }) {
  const words = useWords(roomWords);
  const language = useLanguage();
  const { estimate, limit, registered } = row;
  const claimed = estimate !== null && estimate.abstains === null ? estimate : undefined;
  return (
    <section className="card figures">
      <Figure name={words.livesHere} value={claimed === undefined ? "–" : one(claimed.residing)}>
        {claimed === undefined ? null : fill(words.between, { low: one(claimed.low), high: one(claimed.high) })}
      </Figure>
      <Figure name={words.limit} value={limit === null ? words.noLimit : String(limit.persons)} />
      <Figure name={words.presentNow} value={estimate === null ? "–" : String(Math.round(estimate.present))}>
        {estimate === null
          ? null
          : fill(words.between, { low: Math.round(estimate.presentLow), high: Math.round(estimate.presentHigh) })}
      </Figure>
      <Figure name={words.registered} value={registered === null ? "–" : String(registered)} />
      <Figure name={words.overChance} value={claimed === undefined ? "–" : `${Math.round(claimed.pOver * 100)}%`} />
      {estimate === null || estimate.abstains === null ? null : (
        <p className="abstains">
          {words.abstains}
          {estimate.abstains[language]}
        </p>
      )}
    </section>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly children?: string | null;
}

function Figure({ name, value, children }: FigureProps) {
  return (
    <div className="figure">
      <div className="soft">{name}</div>
      <div className="figure-value">{value}</div>
      <div className="under">{children}</div>
    </div>
  );
}

function Evidence({ answer }: { readonly answer: Answer }) {
  const words = useWords(roomWords);
  const language = useLanguage();
  const { evidence, limitExplained } = answer;
  return (
    <section className="card">
      <h2>{words.evidence}</h2>
      {evidence.length === 0 ? <p className="soft">{words.noEvidence}</p> : <EvidenceList evidence={evidence} />}
      {limitExplained === null ? null : (
        <>
          <h3>{words.limitWhy}</h3>
          <p>{limitExplained[language]}</p>
        </>
      )}
    </section>
  );
}

function RoomAlerts({ alerts }: Pick<Answer, "alerts">) {
  const words = useWords(roomWords);
  return (
    <section className="card">
      <h2>{words.alerts}</h2>
      {alerts.length === 0 ? <p className="soft">{words.noAlerts}</p> : null}
      <div className="alert-list">
        {alerts.map((alert) => (
          <AlertCard key={alert.id} alert={alert} />
        ))}
      </div>
    </section>
  );
}

const LOW_BATTERY = 20;

function Devices({ devices }: Pick<Answer, "devices">) {
  const words = useWords(roomWords);
  const { time } = useTimes();
  return (
    <section className="card">
      <h2>{words.devices}</h2>
      {devices.length === 0 ? <p className="soft">{words.noDevices}</p> : null}
      <ul className="rows">
        {devices.map((device) => (
          <li key={device.id} className="row">
            <div className="row-text">
              <a href={linkTo("/devices/:id", { id: device.id })} dir="auto">
                {device.id}
              </a>
              <div className="under">
                {device.lastSeenAt === null ? words.never : fill(words.lastSeen, { at: time(device.lastSeenAt) })}
                {device.battery === null ? null : ` · ${fill(words.battery, { n: Math.round(device.battery) })}`}
              </div>
            </div>
            {device.battery !== null && device.battery <= LOW_BATTERY ? (
              <Pill is="alert">{words.lowBattery}</Pill>
            ) : null}
            {device.online === null ? null : (
              <Pill is={device.online ? "fine" : "urgent"}>{device.online ? words.online : words.offline}</Pill>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Place({ answer }: { readonly answer: Answer }) {
  const words = useWords(roomWords);
  const { address, space } = answer;
  const areas = space.rooms?.map(({ areaM2 }) => areaM2) ?? (space.areaM2 === undefined ? [] : [space.areaM2]);
  const form = space.rooms === undefined ? words.oneArea : words.rooms;
  const facts = [
    [words.address, address.text],
    [words.plate, address.plate],
    [words.area, areas.length === 0 ? undefined : fill(form, { n: areas.length, areas: areas.join(" + ") })],
  ] as const;
  return (
    <section className="card">
      <h2>{words.place}</h2>
      <dl className="facts">
        {facts.map(([name, text]) =>
          text === undefined ? null : (
            <div key={name} className="fact">
              <dt>{name}</dt>
              <dd dir="auto">{text}</dd>
            </div>
          ),
        )}
      </dl>
    </section>
  );
}
