/** One alert: what was found and why, what is to be done, what was done. Prints as the sheet of a visit. */
import { PrinterOutlined } from "@ant-design/icons";
import { ALERT_MEASURE_WORDS, ALERT_STATE_WORDS, type Alert } from "@gatehouse/protocol";
import { Button } from "antd";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { useAnswer } from "../../client/use-answer.ts";
import { LevelMark } from "../../parts/level-mark.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { personOf } from "../../parts/person.ts";
import type { PageProps } from "../../shell/page-row.ts";
import { linkTo } from "../../shell/route.ts";
import { useSite, useTimes } from "../../shell/site.tsx";
import { alertWords } from "../../words/alerts.ts";
import { fill, useLanguage, useWords } from "../../words/language.ts";
import { shellWords } from "../../words/shell.ts";
import { AlertDeeds } from "./alert-deeds.tsx";
import { AlertHistory } from "./alert-history.tsx";
import { AlertPhotos } from "./alert-photos.tsx";
import { titleOf } from "./alert-title.ts";
import { Deadline } from "./deadline.tsx";
import { EvidenceList } from "./evidence-list.tsx";
import "./alerts.css";

/** The protocol's name of it; taking it from there would bring its schemas into the page. */
const UNOWNED_GRID: typeof import("@gatehouse/protocol")["UNOWNED_GRID"] = "unowned";

type Answer = AnswerOf<"GET /api/1/alerts/:id">;

export function AlertPage({ params }: PageProps) {
  const id = params["id"] ?? "";
  const loading = useAnswer("GET /api/1/alerts/:id", { params: { id } }, { reloadOn: ["alerts"] });
  return <Loaded of={loading}>{(answer) => <AlertSheet answer={answer} reload={loading.reload} />}</Loaded>;
}

function AlertSheet({ answer, reload }: { readonly answer: Answer; readonly reload: () => void }) {
  const { alert, spaceName } = answer;
  const words = useWords(alertWords);
  const shell = useWords(shellWords);
  const language = useLanguage();
  return (
    <article className="alert-page">
      <SheetHead id={alert.id} />
      <PageHead
        back="#/alerts"
        title={`${titleOf(alert, language)} · ${spaceName}`}
        under={
          <>
            <LevelMark level={alert.level} /> {ALERT_STATE_WORDS[alert.state][language]} · <Deadline alert={alert} />
          </>
        }
      >
        <Button icon={<PrinterOutlined />} onClick={() => globalThis.print()}>
          {shell.print}
        </Button>
      </PageHead>
      <div className="columns">
        <Why alert={alert} />
        <AlertDeeds alert={alert} can={answer.can} onDone={reload} />
        <Place alert={alert} spaceName={spaceName} />
        <AlertPhotos alert={alert} photos={answer.photos} onAdded={reload} />
        <AlertHistory alert={alert} />
      </div>
      <p className="only-print signature">
        {words.signature} ____________________ {words.signedAt} ____________________
      </p>
    </article>
  );
}

/** What a sheet of paper needs to say, that lies far from the screen: which site it is, and which alert. */
function SheetHead({ id }: { readonly id: string }) {
  const words = useWords(alertWords);
  const site = useSite();
  return (
    <header className="only-print sheet-head">
      <p className="sheet-name">{words.sheet}</p>
      <p>
        {site === undefined ? null : (
          <>
            <bdi>{site.name}</bdi> ({site.id}) ·{" "}
          </>
        )}
        {words.number} {id}
      </p>
    </header>
  );
}

const whole = (n: number) => Math.round(n * 10) / 10;

function Why({ alert }: { readonly alert: Alert }) {
  const words = useWords(alertWords);
  const { persons, limit, probability } = alert;
  return (
    <section className="card">
      <h2>{words.why}</h2>
      {persons === undefined || limit === undefined ? null : (
        <p className="finding">
          {fill(words.peopleAgainst, {
            n: whole(persons.residing),
            low: whole(persons.low),
            high: whole(persons.high),
            limit: limit.persons,
          })}
        </p>
      )}
      {probability >= 1 ? null : <p>{fill(words.sure, { p: (probability * 100).toFixed(1) })}</p>}
      <EvidenceList evidence={alert.evidence} />
      <SaidBy alert={alert} />
      {limit === undefined ? null : (
        <p className="under">
          {words.basis}: <bdi>{limit.basis}</bdi>
        </p>
      )}
    </section>
  );
}

/** Which device said so, and since when it holds. */
function SaidBy({ alert }: { readonly alert: Alert }) {
  const words = useWords(alertWords);
  const { time } = useTimes();
  const device = alert.device ?? alert.trigger?.device;
  if (device === undefined) return null;
  return (
    <p className="said-by">
      {words.saidBy}{" "}
      <a href={linkTo("/devices/:id", { id: device })} dir="auto">
        {device}
      </a>
      {" · "}
      {time(alert.since)}
    </p>
  );
}

function Place({ alert, spaceName }: { readonly alert: Alert; readonly spaceName: string }) {
  const words = useWords(alertWords);
  const language = useLanguage();
  const { time } = useTimes();
  const { address, measure, closedBy, escalation } = alert;
  return (
    <section className="card">
      <h2>{words.place}</h2>
      <dl className="facts">
        <dt>{words.room}</dt>
        <dd>
          <a href={linkTo("/rooms/:id", { id: alert.space })} dir="auto">
            {spaceName}
          </a>
        </dd>
        <Fact name={words.address} text={address.text} />
        <Fact name={words.plate} text={address.plate} />
        <Fact name={words.grid} text={address.grid === UNOWNED_GRID ? words.unowned : address.grid} />
        <Fact name={words.since} text={time(alert.since)} />
        {measure === undefined ? null : (
          <Fact
            name={words.offence}
            text={`${ALERT_MEASURE_WORDS[measure][language]} · ${fill(words.times, { n: alert.offence })}`}
          />
        )}
        {escalation === undefined ? null : (
          <Fact name={words.escalated} text={escalation.to === "platform" ? words.platform : escalation.to} />
        )}
        {closedBy === undefined ? null : (
          <Fact
            name={words.closedBy}
            text={`${closedBy.proof} · ${closedBy.by === "sensors" ? words.sensors : personOf(closedBy.by)}${closedBy.contested === true ? ` · ${words.contested}` : ""}`}
          />
        )}
      </dl>
    </section>
  );
}

function Fact({ name, text }: { readonly name: string; readonly text: string | undefined }) {
  if (text === undefined || text === "") return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <bdi>{text}</bdi>
      </dd>
    </>
  );
}
