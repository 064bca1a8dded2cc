/** The latest envelopes an uplink sent, word for word, with personal data marked. */
import { Tag } from "antd";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { useAnswer } from "../../client/use-answer.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { Nothing } from "../../parts/nothing.tsx";
import { useTimes } from "../../shell/site.tsx";
import { boxWords } from "../../words/box.ts";
import { fill, useLanguage, useWords } from "../../words/language.ts";
import { envelopeLines } from "./envelope-lines.ts";

type Envelope = AnswerOf<"GET /api/1/uplinks/:id/sent">["sent"][number];

export function Sent({ id }: { readonly id: string }) {
  const words = useWords(boxWords);
  const sent = useAnswer("GET /api/1/uplinks/:id/sent", { params: { id } });
  return (
    <>
      <p className="under">{words.leavesUnder}</p>
      <Loaded of={sent}>
        {({ sent: envelopes }) =>
          envelopes.length === 0 ? (
            <Nothing text={words.nothingSent} />
          ) : (
            <ul className="rows">
              {envelopes.map((one) => (
                <li className="row" key={`${one.lane} ${one.sequence}`}>
                  <EnvelopeText of={one} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </>
  );
}

function EnvelopeText({ of }: { readonly of: Envelope }) {
  const words = useWords(boxWords);
  const language = useLanguage();
  const { time } = useTimes();
  const why = new Map(of.personal.map((one) => [one.path, one.why[language]]));
  return (
    <details className="row-text">
      <summary>
        {time(of.at)} · <code>{of.type}</code> · {words[of.lane]} · {fill(words.bytes, { n: of.bytes })}{" "}
        {why.size === 0 ? (
          <Tag color="success">{words.noPersonal}</Tag>
        ) : (
          <Tag color="warning">
            {words.personal}: {why.size}
          </Tag>
        )}
      </summary>
      <pre className="envelope">
        {envelopeLines(of.envelope).map(({ path, text }) => {
          const reason = why.get(path);
          return reason === undefined ? (
            <span key={path}>{text}</span>
          ) : (
            <mark key={path} title={`${words.personal}: ${reason}`}>
              {text}
            </mark>
          );
        })}
      </pre>
      {why.size === 0 ? null : (
        <ul className="problems">
          {[...why].map(([path, reason]) => (
            <li key={path}>
              <code>{path}</code>: {reason}
            </li>
          ))}
        </ul>
      )}
    </details>
  );
}
