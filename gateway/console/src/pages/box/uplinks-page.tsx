/** What leaves the box: each platform with what it is owed, what it refused, and the latest envelopes as they were sent. */
import { Button, Flex, Tag } from "antd";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { useAnswer } from "../../client/use-answer.ts";
import { Failed } from "../../parts/failed.tsx";
import { Fold } from "../../parts/fold.tsx";
import { JobProgress } from "../../parts/job.tsx";
import { useLatestJob } from "../../parts/latest-job.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { Nothing } from "../../parts/nothing.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { TableScroll } from "../../parts/table-scroll.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { useMay } from "../../shell/session.ts";
import { useTimes } from "../../shell/site.tsx";
import { boxWords } from "../../words/box.ts";
import { fill, useWords } from "../../words/language.ts";
import { setUpFinishWords } from "../../words/set-up-finish.ts";
import { UplinkDeeds } from "../set-up/uplink-deeds.tsx";
import { type SetUp, useSetUp } from "../set-up/use-set-up.ts";
import "./box.css";
import { Refused } from "./refused.tsx";
import { Sent } from "./sent.tsx";
import { TestSteps } from "./test-steps.tsx";

type Row = AnswerOf<"GET /api/1/uplinks">["uplinks"][number];

export function UplinksPage() {
  // The site file is for technicians.
  return useMay("technician") ? <Changeable /> : <Uplinks setUp={undefined} />;
}

function Changeable() {
  const { setUp } = useSetUp();
  return <Uplinks setUp={setUp} />;
}

function Uplinks({ setUp }: { readonly setUp: SetUp | undefined }) {
  const words = useWords(boxWords);
  const uplinks = useAnswer("GET /api/1/uplinks", {}, { reloadOn: ["health", "alerts"] });
  return (
    <>
      <PageHead title={words.uplinks} under={words.uplinksUnder}>
        <Button onClick={uplinks.reload}>{words.refresh}</Button>
      </PageHead>
      <Loaded of={uplinks}>
        {({ uplinks: rows, removed }) => (
          <>
            {rows.length === 0 && <Nothing text={words.noUplinks} />}
            {rows.map((row) => (
              <Uplink key={row.id} row={row} reload={uplinks.reload} setUp={setUp} />
            ))}
            {removed
              .filter(({ waiting }) => waiting > 0)
              .map(({ id, waiting }) => (
                <Left key={id} id={id} waiting={waiting} />
              ))}
          </>
        )}
      </Loaded>
    </>
  );
}

/** Nobody is to forget what still waits for a platform that was removed. */
function Left({ id, waiting }: { readonly id: string; readonly waiting: number }) {
  const words = useWords(setUpFinishWords);
  return (
    <section className="card" aria-label={id}>
      <h2>
        <bdi>{fill(words.leftOf, { id })}</bdi>
      </h2>
      <p>{fill(words.leftWaiting, { n: waiting })}</p>
    </section>
  );
}

interface UplinkProps {
  readonly row: Row;
  readonly reload: () => void;
  readonly setUp: SetUp | undefined;
}

function Uplink({ row, reload, setUp }: UplinkProps) {
  const words = useWords(boxWords);
  const { time } = useTimes();
  const item = setUp?.file.site.uplinks?.find(({ id }) => id === row.id);
  return (
    <section className="card" aria-label={row.id}>
      <h2>
        <bdi>{row.id}</bdi> <Tag>{row.type}</Tag>
        <Tag color={row.up ? "success" : "error"}>{row.up ? words.up : words.down}</Tag>
      </h2>
      <p className="under">
        <bdi>{row.address ?? ""}</bdi>
        {row.address === null ? "" : " · "}
        {words.lastReceipt}: {row.lastReceiptAt === null ? words.never : time(row.lastReceiptAt)}
        {row.readings ? ` · ${words.sendsReadings}` : ""}
      </p>
      {row.codes.map(({ code, detail }) => (
        <p key={code} dir="auto">
          <code>{code}</code> {detail}
        </p>
      ))}
      <Lanes lanes={row.lanes} />
      <Test id={row.id} reload={reload} />
      {setUp !== undefined && item !== undefined && (
        <Flex gap="small" wrap align="center">
          <UplinkDeeds setUp={setUp} item={item} lanes={row.lanes} onChanged={reload} onRemoved={reload} />
        </Flex>
      )}
      <Fold title={words.leaves}>{() => <Sent id={row.id} />}</Fold>
      <Fold title={words.refusedItems}>{() => <Refused id={row.id} />}</Fold>
    </section>
  );
}

const LANES = ["emergency", "alert", "presence", "telemetry"] as const;

function Lanes({ lanes }: { readonly lanes: Row["lanes"] }) {
  const words = useWords(boxWords);
  const { time } = useTimes();
  return (
    <TableScroll label={words.lane}>
      <table className="box-table box-lanes">
        <thead>
          <tr>
            <th>{words.lane}</th>
            <th className="number">{words.waiting}</th>
            <th>{words.oldest}</th>
            <th className="number">{words.sent}</th>
            <th className="number">{words.rejected}</th>
            <th className="number">{words.dropped}</th>
          </tr>
        </thead>
        <tbody>
          {LANES.map((lane) => {
            const { waiting, oldestAt, sent, rejected, dropped } = lanes[lane];
            return (
              <tr key={lane}>
                <td>{words[lane]}</td>
                <td className="number" data-is={words.waiting}>
                  {waiting.toLocaleString()}
                </td>
                <td data-is={words.oldest}>{oldestAt === null ? "" : time(oldestAt)}</td>
                <td className="number" data-is={words.sent}>
                  {sent.toLocaleString()}
                </td>
                <td className="number" data-is={words.rejected}>
                  {rejected.toLocaleString()}
                </td>
                <td className="number" data-is={words.dropped}>
                  {dropped.toLocaleString()}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </TableScroll>
  );
}

function Test({ id, reload }: { readonly id: string; readonly reload: () => void }) {
  const words = useWords(boxWords);
  const { busy, problem, run } = useDoing();
  const { job, running, seen, begun } = useLatestJob(({ kind, about }) => kind === "uplink-test" && about === id);
  if (!useMay("technician")) return null;
  const start = () =>
    run(async () => {
      begun(await call("POST /api/1/uplinks/:id/test", { params: { id } }));
    });
  return (
    <div>
      <p>
        <Button disabled={busy || running} onClick={() => void start()}>
          {words.testUplink}
        </Button>
      </p>
      {problem === undefined ? null : <Failed problem={problem} />}
      {job === undefined || !seen ? null : (
        <JobProgress key={job.id} id={job.id} onEnd={reload}>
          {(result) => <TestSteps result={result} />}
        </JobProgress>
      )}
    </div>
  );
}
