/** The roll call for an evacuation, on the screen and on paper. */
import { PrinterOutlined, ReloadOutlined } from "@ant-design/icons";
import { Alert, Button } from "antd";
import { useAnswer } from "../../client/use-answer.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { useTimes } from "../../shell/site.tsx";
import { fill, useWords } from "../../words/language.ts";
import { safetyWords } from "../../words/safety.ts";
import { shellWords } from "../../words/shell.ts";
import type { RollCall, RollCallSpace } from "./roll-call.ts";
import "./safety.css";

export function RollCallPage() {
  const words = useWords(safetyWords);
  const shell = useWords(shellWords);
  const { time } = useTimes();
  const loading = useAnswer("GET /api/1/roll-call", {});
  return (
    <>
      <PageHead title={words.rollCall} under={words.rollCallSays}>
        <Button icon={<ReloadOutlined />} onClick={loading.reload}>
          {words.again}
        </Button>
        <Button type="primary" icon={<PrinterOutlined />} onClick={() => globalThis.print()}>
          {shell.print}
        </Button>
      </PageHead>
      <Loaded of={loading}>
        {(answer) => {
          const call = answer as RollCall;
          return (
            <article className="roll-call">
              <p>
                <bdi>{call.site.name}</bdi> · {fill(words.asOf, { at: time(call.at) })}
              </p>
              {call.fire.length === 0 ? null : (
                <Alert type="error" showIcon title={fill(words.fireNow, { inputs: call.fire.join(", ") })} />
              )}
              <p className="roll-total">
                {fill(words.total, { n: call.total.present, low: call.total.low, high: call.total.high })}
                {call.unknown.length > 0 && (
                  <span className="under"> {fill(words.withoutUnknown, { n: call.unknown.length })}</span>
                )}
              </p>
              <Unknown spaces={call.unknown} />
              <Spaces title={words.rooms} spaces={call.spaces} />
              <Spaces title={words.others} spaces={call.unjudged} />
              <div className="sheet-end">
                <p className="under">{words.note}</p>
                <p className="only-print signature">
                  {words.calledBy} ____________________ {words.at} ____________________
                </p>
              </div>
            </article>
          );
        }}
      </Loaded>
    </>
  );
}

/** What is the same of many stands over them once. */
function Unknown({ spaces }: { readonly spaces: RollCall["unknown"] }) {
  const words = useWords(safetyWords);
  if (spaces.length === 0) return null;
  const whys = [...new Set(spaces.map(({ why }) => why))];
  return (
    <section className="card">
      <h2>{words.unknown}</h2>
      {whys.map((why) => (
        <div key={why}>
          <p className="under">{why}</p>
          <ul className="unknown-spaces">
            {spaces
              .filter((each) => each.why === why)
              .map(({ space, name }) => (
                <li key={space}>
                  <bdi title={name}>{name}</bdi>
                </li>
              ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

function Spaces({ title, spaces }: { readonly title: string; readonly spaces: readonly RollCallSpace[] }) {
  const words = useWords(safetyWords);
  const { time } = useTimes();
  if (spaces.length === 0) return null;
  return (
    <section className="card">
      <h2>{title}</h2>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{words.space}</th>
            <th scope="col">{words.people}</th>
            <th scope="col">{words.between}</th>
            <th scope="col" className="roll-since">
              {words.since}
            </th>
            <th scope="col" className="only-print-cell">
              {words.counted}
            </th>
          </tr>
        </thead>
        <tbody>
          {spaces.map(({ space, name, present, low, high, since, silent }) => (
            <tr key={space}>
              <td>
                <bdi className="roll-name" title={name}>
                  {name}
                </bdi>
                {since === null ? null : (
                  <div className="roll-since-below under">{fill(words.sinceBelow, { at: time(since) })}</div>
                )}
                {silent.length === 0 ? null : (
                  <div className="silent">! {fill(words.silent, { devices: silent.join(", ") })}</div>
                )}
              </td>
              <td>
                <b>{present}</b>
              </td>
              <td>
                {low}–{high}
              </td>
              <td className="roll-since">{since === null ? "–" : time(since)}</td>
              <td className="only-print-cell">☐</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
