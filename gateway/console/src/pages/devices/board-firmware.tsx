/** The board a device hangs on: its firmware, the shipped one, and the update, with what it means for the door said before. */
import { Button } from "antd";
import { useId, useState } from "react";
import type { BoardRow } from "../../../../src/console/table/boards.ts";
import type { JobRow } from "../../../../src/console/table/jobs.ts";
import { useAnswer } from "../../client/use-answer.ts";
import { Failed } from "../../parts/failed.tsx";
import { JobProgress } from "../../parts/job.tsx";
import { useLatestJob } from "../../parts/latest-job.ts";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { boardsWords } from "../../words/boards.ts";
import { fill, useWords } from "../../words/language.ts";
import { type FlashAsk, FlashChoice, type Shipped } from "./flash-choice.tsx";
import { FlashStages } from "./flash-stages.tsx";

export function BoardFirmware({ device }: { readonly device: string }) {
  const { answer, problem, reload } = useAnswer("GET /api/1/boards", {}, { reloadOn: ["devices"] });
  const board = answer?.boards.find(({ devices }) => devices.includes(device));
  const failed = problem === undefined ? null : <Failed problem={problem} again={reload} />;
  if (answer === undefined) return failed;
  // Most devices are of no board.
  if (board === undefined) return null;
  return (
    <>
      {failed}
      <Board board={board} shipped={answer.shipped} onChange={reload} />
    </>
  );
}

interface BoardProps {
  readonly board: BoardRow;
  readonly shipped: Shipped;
  readonly onChange: () => void;
}

function Board({ board, shipped, onChange }: BoardProps) {
  const words = useWords(boardsWords);
  const title = useId();
  const [asking, setAsking] = useState(false);
  const latest = useLatestJob(({ kind, about }) => kind === "flash" && about === board.id);
  const { running, seen } = latest;
  const job = latest.job?.id ?? board.job;
  const state = board.firmware === null ? "isSilent" : board.firmware === shipped.version ? "isSame" : "isOther";
  return (
    <section aria-labelledby={title} className="gh-board-firmware">
      <h2 id={title}>
        {words.board} <bdi>{board.id}</bdi>
      </h2>
      <dl className="gh-pairs">
        <dt>{words.link}</dt>
        <dd className="gh-bytes">{board.link}</dd>
        <dt>{words.onBoard}</dt>
        <dd data-firmware={board.firmware ?? ""}>{board.firmware ?? words.silent}</dd>
        <dt>{words.shipped}</dt>
        <dd>{shipped.version}</dd>
      </dl>
      {running || (seen && state === "isSilent") ? null : (
        <p className="gh-hint">{fill(words[state], { version: shipped.version })}</p>
      )}
      {asking && !running ? (
        <Sure
          board={board}
          shipped={shipped}
          onBegun={(begun) => {
            latest.begun(begun);
            setAsking(false);
          }}
          onNot={() => setAsking(false)}
        />
      ) : (
        <Button disabled={running} onClick={() => setAsking(true)}>
          {words.update}
        </Button>
      )}
      {job === null ? null : (
        <JobProgress key={job} id={job} onEnd={onChange}>
          {(result, { state: how }) => <FlashStages result={result} state={how} />}
        </JobProgress>
      )}
    </section>
  );
}

interface SureProps {
  readonly board: BoardRow;
  readonly shipped: Shipped;
  readonly onBegun: (job: JobRow) => void;
  readonly onNot: () => void;
}

function Sure({ board, shipped, onBegun, onNot }: SureProps) {
  const words = useWords(boardsWords);
  const { busy, problem, run } = useDoing();
  const [ask, setAsk] = useState<FlashAsk>({ slow: false });
  const seconds = Math.max(...shipped.images.map((image) => image.seconds));
  const begin = () =>
    run(async () => {
      onBegun(await call("POST /api/1/boards/:id/firmware", { params: { id: board.id }, body: ask }));
    });
  return (
    <div className="gh-sure">
      <h3>{words.what}</h3>
      <ul>
        {board.online ? <li>{words.kept}</li> : null}
        <li>{fill(words.deaf, { seconds })}</li>
        <li>{words.locks}</li>
        <li>{words.settings}</li>
        <li>{words.button}</li>
        <li>{words.cancelling}</li>
      </ul>
      {board.online ? null : <FlashChoice images={shipped.images} ask={ask} onChange={setAsk} />}
      {problem === undefined ? null : <Failed problem={problem} />}
      <div className="gh-deeds">
        <Button type="primary" loading={busy} onClick={() => void begin()}>
          {words.updateNow}
        </Button>
        <Button onClick={onNot}>{words.notNow}</Button>
      </div>
    </div>
  );
}
