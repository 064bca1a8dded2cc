/** Where an account is signed in, and signing out from afar. */
import { Button } from "antd";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { useAnswer } from "../../client/use-answer.ts";
import { Failed } from "../../parts/failed.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Pill } from "../../parts/pill.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { askStanding, call } from "../../shell/box.ts";
import { useTimes } from "../../shell/site.tsx";
import { useWords } from "../../words/language.ts";
import { sessionWords } from "../../words/session.ts";

type Row = AnswerOf<"GET /api/1/sessions">["sessions"][number];

export function SessionList() {
  const words = useWords(sessionWords);
  const sessions = useAnswer("GET /api/1/sessions", {});
  const { busy, problem, run } = useDoing();
  const end = (row: Row) =>
    run(async () => {
      await call("DELETE /api/1/sessions/:id", { params: { id: row.id } });
      if (row.own) await askStanding();
      else sessions.reload();
    });
  return (
    <section className="card">
      <h2>{words.sessions}</h2>
      {problem === undefined ? null : <Failed problem={problem} />}
      <Loaded of={sessions}>
        {({ sessions: rows }) => (
          <ul className="rows">
            {rows.map((row) => (
              <SessionLine key={row.id} row={row} busy={busy} end={() => void end(row)} />
            ))}
          </ul>
        )}
      </Loaded>
    </section>
  );
}

interface LineProps {
  readonly row: Row;
  readonly busy: boolean;
  readonly end: () => void;
}

function SessionLine({ row, busy, end }: LineProps) {
  const words = useWords(sessionWords);
  const { time } = useTimes();
  return (
    <li className="row">
      <div className="row-text">
        <div>
          <bdi>{row.name}</bdi> · <bdi>{row.address}</bdi> {row.own ? <Pill is="plain">{words.thisOne}</Pill> : null}
        </div>
        <div className="under">
          {words.since} {time(row.since)} · {words.lastSeen} {time(row.lastSeenAt)}
        </div>
        <div className="under clip" title={row.agent}>
          <bdi>{row.agent}</bdi>
        </div>
      </div>
      <Button disabled={busy} onClick={end}>
        {words.endSession}
      </Button>
    </li>
  );
}
