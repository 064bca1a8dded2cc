/** "What if the limit were …": the box's own history under another limit, as a job that shows its progress. */
import { Button, InputNumber } from "antd";
import { useState } from "react";
import type { ReplayResult } from "../../../../src/console/table/jobs.ts";
import { Failed } from "../../parts/failed.tsx";
import { JobProgress } from "../../parts/job.tsx";
import { useLatestJob } from "../../parts/latest-job.ts";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { fill, useWords } from "../../words/language.ts";
import { roomWords } from "../../words/room.ts";

const DAYS = 30;

export function WhatIf({ id, limit }: { readonly id: string; readonly limit: number | null }) {
  const words = useWords(roomWords);
  const [wanted, setWanted] = useState(Math.max(1, (limit ?? 3) - 1));
  const { job, running, seen, begun } = useLatestJob(({ kind, about }) => kind === "replay" && about === id);
  const { busy, problem, run } = useDoing();
  const begin = () =>
    run(async () => begun(await call("POST /api/1/replays", { body: { space: id, limit: wanted, days: DAYS } })));
  return (
    <section className="card no-print">
      <h2>{words.whatIf}</h2>
      <p className="soft">{words.whatIfSays}</p>
      <div className="what-if">
        <InputNumber
          aria-label={words.limit}
          min={1}
          max={100}
          precision={0}
          value={wanted}
          onChange={(value) => setWanted(value ?? 1)}
          suffix={words.people}
        />
        <Button type="primary" loading={busy || running} onClick={() => void begin()}>
          {words.tryIt}
        </Button>
      </div>
      {problem === undefined ? null : <Failed problem={problem} />}
      {job === undefined || !seen ? null : (
        <JobProgress key={job.id} id={job.id}>
          {(result) => <Outcome result={result as ReplayResult} space={id} />}
        </JobProgress>
      )}
    </section>
  );
}

function Outcome({ result, space }: { readonly result: ReplayResult; readonly space: string }) {
  const words = useWords(roomWords);
  const row = result.spaces.find((one) => one.space === space);
  if (row === undefined) return null;
  const said = (n: number | null) => n ?? words.unknown;
  return (
    <table className="plain-table">
      <thead>
        <tr>
          <th scope="col">{words.result}</th>
          <th scope="col">
            {words.nowColumn} ({row.limitNow ?? words.none})
          </th>
          <th scope="col">{fill(words.thenColumn, { n: result.limit })}</th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">{fill(words.nightsOver, { n: row.nights })}</th>
          <td>{said(row.nightsOverNow)}</td>
          <td>{said(row.nightsOver)}</td>
        </tr>
        <tr>
          <th scope="row">{words.alertsThen}</th>
          <td>{said(row.alertsNow)}</td>
          <td>{said(row.alerts)}</td>
        </tr>
      </tbody>
    </table>
  );
}
