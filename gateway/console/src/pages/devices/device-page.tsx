/** One device: how it is, what to do about it, what it says right now, and what can be told to it. */
import { Button } from "antd";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { useAnswer } from "../../client/use-answer.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import type { PageProps } from "../../shell/page-row.ts";
import { linkTo } from "../../shell/route.ts";
import { useMay } from "../../shell/session.ts";
import { useTimes } from "../../shell/site.tsx";
import { deviceKindWords } from "../../words/device-kinds.ts";
import { devicesWords } from "../../words/devices.ts";
import { figureWords } from "../../words/figures.ts";
import { fill, useLanguage, useWords } from "../../words/language.ts";
import { useDeviceTest } from "../set-up/device-test.tsx";
import { JobProgress } from "../set-up/job-progress.tsx";
import { TestSteps } from "../set-up/test-state.tsx";
import { BoardFirmware } from "./board-firmware.tsx";
import { DeviceCommands } from "./device-commands.tsx";
import { DeviceEdit } from "./device-edit.tsx";
import { DeviceLive } from "./device-live.tsx";
import { Battery, LastSeen, StateTag } from "./device-marks.tsx";
import { refusedPercent } from "./device-state.ts";
import { figureName, figureValue } from "./figure-text.ts";
import "../set-up/set-up.css";
import "./devices.css";

type Answer = AnswerOf<"GET /api/1/devices/:id">;

export function DevicePage({ params }: PageProps) {
  const kinds = useWords(deviceKindWords);
  const technician = useMay("technician");
  const commands = useMay("technician", "manager");
  const id = params["id"] ?? "";
  const device = useAnswer("GET /api/1/devices/:id", { params: { id } }, { reloadOn: ["devices", "health"] });
  const { row } = device.answer ?? {};
  return (
    <div className="gh-devices">
      <PageHead title={id} back={linkTo("/devices")} under={row === undefined ? undefined : kinds[row.kind]} />
      <Loaded of={device}>
        {(answer) => (
          <div className="gh-columns">
            <Facts answer={answer} />
            <Trouble id={id} codes={answer.row.codes} />
            {commands && <DeviceCommands row={answer.row} />}
            {technician && <BoardFirmware device={id} />}
            {technician && <Test id={id} onEnded={device.reload} />}
            <DeviceLive id={id} recent={answer.recent} />
            {technician && <DeviceEdit id={id} onApplied={device.reload} />}
          </div>
        )}
      </Loaded>
    </div>
  );
}

function Facts({ answer: { row, rates } }: { readonly answer: Answer }) {
  const words = useWords(devicesWords);
  const counted = useWords(figureWords);
  const percent = refusedPercent(row);
  const { readings, rejected, portal, space, driver, driverType, rssi, firmware } = row;
  return (
    <section>
      <dl className="gh-pairs">
        <dt>{words.state}</dt>
        <dd>
          <StateTag row={row} />
        </dd>
        <dt>{words.where}</dt>
        <dd>
          <bdi>{portal ?? ""}</bdi> {space !== null && <a href={linkTo("/rooms/:id", { id: space })}>{space}</a>}
        </dd>
        <dt>{words.line}</dt>
        <dd>
          <bdi>{driver}</bdi> ({driverType})
        </dd>
        <dt>{words.seen}</dt>
        <dd>
          <LastSeen at={row.lastSeenAt} />
        </dd>
        <dt>{words.battery}</dt>
        <dd>
          <Battery percent={row.battery} />
        </dd>
        <dt>{words.signal}</dt>
        <dd>{rssi === null ? "–" : `${rssi} dBm`}</dd>
        <dt>{words.firmware}</dt>
        <dd dir="auto">{firmware ?? "–"}</dd>
        <dt>{words.errors}</dt>
        <dd>{fill(words.errorRate, { rejected, all: readings + rejected, percent })}</dd>
      </dl>
      {Object.keys(rates).length > 0 && (
        <>
          <h3>{words.rates}</h3>
          <dl className="gh-pairs">
            {Object.entries(rates).map(([name, value]) => (
              <div key={name} className="gh-pair">
                <dt dir="auto">{figureName(name, counted)}</dt>
                <dd>{figureValue(name, value)}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </section>
  );
}

/** Codes with what to do: the health page has the words for them. */
function Trouble({ id, codes }: { readonly id: string; readonly codes: Answer["row"]["codes"] }) {
  const words = useWords(devicesWords);
  const language = useLanguage();
  const { time } = useTimes();
  const health = useAnswer("GET /api/1/health", {}, { when: codes.length > 0 });
  const explained = (code: string) =>
    health.answer?.codes.find((one) => one.code === code && one.subject === id) ??
    health.answer?.codes.find((one) => one.code === code);
  return (
    <section>
      <h2>{words.trouble}</h2>
      {codes.length === 0 && <p className="gh-hint">{words.noTrouble}</p>}
      {codes.map(({ code, detail, since }) => (
        <div key={code}>
          <p className="gh-problem" dir="auto">
            <strong>{explained(code)?.meaning[language] ?? code}</strong> {detail}
          </p>
          <p dir="auto">{explained(code)?.fix[language]}</p>
          <p className="gh-hint">
            {code} · {fill(words.since, { t: time(since) })}
          </p>
        </div>
      ))}
    </section>
  );
}

function Test({ id, onEnded }: { readonly id: string; readonly onEnded: () => void }) {
  const words = useWords(devicesWords);
  const { followed, running, doing, start } = useDeviceTest(id, onEnded);
  return (
    <section>
      <h2>{words.test}</h2>
      <Button onClick={start} loading={running || doing.busy}>
        {words.test}
      </Button>
      {doing.problem !== undefined && <p className="gh-problem">{doing.problem.message}</p>}
      <JobProgress followed={followed} />
      <TestSteps result={followed.result} />
    </section>
  );
}
