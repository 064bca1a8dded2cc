/** The shipped firmware for a board that is in no site file yet: which line it is on, and which chip where that cannot be told. */
import { Button, Popconfirm, Segmented } from "antd";
import { useState } from "react";
import type { JobRow } from "../../../../src/console/table/jobs.ts";
import { useAnswer } from "../../client/use-answer.ts";
import { Failed } from "../../parts/failed.tsx";
import { JobProgress } from "../../parts/job.tsx";
import { useLatestJob } from "../../parts/latest-job.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { linkTo } from "../../shell/route.ts";
import { boardsWords } from "../../words/boards.ts";
import { fill, useWords } from "../../words/language.ts";
import { setUpDevicesWords } from "../../words/set-up-devices.ts";
import { linkOf, PortChoice, ServerFields } from "../set-up/scan-form.tsx";
import { type FlashAsk, FlashChoice, type Shipped } from "./flash-choice.tsx";
import { FlashStages } from "./flash-stages.tsx";
import "../set-up/set-up.css";
import "./devices.css";

export function NewBoardPage() {
  const words = useWords(boardsWords);
  const boards = useAnswer("GET /api/1/boards", {});
  return (
    <div className="gh-devices">
      <PageHead title={words.newBoard} under={words.newUnder} back={linkTo("/lines")} />
      <Loaded of={boards}>{({ shipped }) => <NewBoard shipped={shipped} />}</Loaded>
    </div>
  );
}

/** Of a line, where others are of a board: names of boards have no colon. */
const isOfLine = ({ kind, about }: JobRow): boolean => kind === "flash" && about?.includes(":") === true;

interface Line {
  readonly way: "serial" | "server";
  readonly port: string;
  readonly host: string;
  readonly tcpPort: number;
}

function NewBoard({ shipped }: { readonly shipped: Shipped }) {
  const words = useWords(boardsWords);
  const { busy, problem, run } = useDoing();
  const [line, setLine] = useState<Line>({ way: "serial", port: "", host: "", tcpPort: 4001 });
  const [ask, setAsk] = useState<FlashAsk>({ slow: false });
  const { job, running, seen, begun } = useLatestJob(isOfLine);
  const link = linkOf(line);
  const begin = () =>
    run(async () => {
      if (link === undefined) return;
      begun(await call("POST /api/1/lines/firmware", { body: { ...ask, link } }));
    });
  return (
    <div className="gh-card">
      <LineChoice line={line} onChange={setLine} />
      <FlashChoice images={shipped.images} ask={ask} onChange={setAsk} />
      {problem === undefined ? null : <Failed problem={problem} />}
      <Popconfirm
        title={fill(words.flashSure, { version: shipped.version })}
        okText={words.updateNow}
        cancelText={words.notNow}
        onConfirm={() => void begin()}
      >
        <Button type="primary" loading={busy} disabled={link === undefined || running}>
          {words.flashIt}
        </Button>
      </Popconfirm>
      {job === undefined || !seen ? null : (
        <>
          <p className="gh-bytes">{job.about}</p>
          <JobProgress key={job.id} id={job.id}>
            {(result, { state }) => <FlashStages result={result} state={state} />}
          </JobProgress>
        </>
      )}
    </div>
  );
}

/** A port that a driver has is refused by the box. */
function LineChoice({ line, onChange }: { readonly line: Line; readonly onChange: (line: Line) => void }) {
  const words = useWords(setUpDevicesWords);
  const ports = useAnswer("GET /api/1/ports", {});
  const set = (change: Partial<Line>) => onChange({ ...line, ...change });
  return (
    <>
      <Segmented<Line["way"]>
        value={line.way}
        onChange={(way) => set({ way })}
        options={(["serial", "server"] as const).map((value) => ({ value, label: words[value] }))}
      />
      {line.way === "serial" ? (
        <PortChoice
          list={ports.answer?.ports ?? []}
          port={line.port}
          onPort={(port) => set({ port })}
          onReload={ports.reload}
        />
      ) : (
        <ServerFields host={line.host} tcpPort={line.tcpPort} onChange={set} />
      )}
    </>
  );
}
