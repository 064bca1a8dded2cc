/** Lines of wired devices, and the bus doctor's live view of one: bytes, and what they mean. */
import { Button, Flex, Tag } from "antd";
import { useRef, useState } from "react";
import type { LiveMessage } from "../../../../src/console/table/live.ts";
import { useAnswer, useLive } from "../../client/use-answer.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { Nothing } from "../../parts/nothing.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { linkTo, usePlace } from "../../shell/route.ts";
import { boardsWords } from "../../words/boards.ts";
import { devicesWords } from "../../words/devices.ts";
import { figureWords } from "../../words/figures.ts";
import { fill, useWords } from "../../words/language.ts";
import { useClock } from "./device-marks.tsx";
import { newest } from "./device-state.ts";
import { figureName, figureValue } from "./figure-text.ts";
import { LiveList } from "./live-list.tsx";
import "../set-up/set-up.css";
import "./devices.css";

type BusLine = Extract<LiveMessage, { about: "line" }>["lines"][number] & { readonly n: number };

const SHOWN = 200;

export function LinesPage() {
  const words = useWords(devicesWords);
  const boards = useWords(boardsWords);
  const counted = useWords(figureWords);
  const drivers = useAnswer("GET /api/1/drivers", {}, { reloadOn: ["health"] });
  const watched = usePlace().query.get("line");
  return (
    <div className="gh-devices">
      <PageHead title={words.linesTitle} back={linkTo("/devices")}>
        <Button href={linkTo("/boards/new")}>{boards.newBoard}</Button>
        <Button href={linkTo("/set-up/:step", { step: "lines" })}>{words.lookFor}</Button>
      </PageHead>
      <Loaded of={drivers}>
        {({ drivers: all }) => (
          <ul className="gh-rows">
            {all.map(({ id, type, up, link, devices, figures }) => (
              <li key={id}>
                <Flex gap="small" wrap align="center">
                  <strong dir="auto">{id}</strong>
                  <Tag>{type}</Tag>
                  <Tag color={up ? "success" : "error"}>{up ? words.up : words.down}</Tag>
                  <span>{fill(words.lineDevices, { n: devices })}</span>
                  <bdi className="gh-hint">{link ?? ""}</bdi>
                  {link !== null && (
                    <Button
                      size="small"
                      href={linkTo("/lines", {}, { line: id })}
                      aria-current={watched === id ? "true" : undefined}
                    >
                      {words.watchLine}
                    </Button>
                  )}
                </Flex>
                <span className="gh-hint">
                  {Object.entries(figures)
                    .map(([name, value]) => `${figureName(name, counted)} ${figureValue(name, value)}`)
                    .join(" · ")}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {watched !== null && <BusDoctor key={watched} line={watched} />}
    </div>
  );
}

function BusDoctor({ line }: { readonly line: string }) {
  const words = useWords(devicesWords);
  const time = useClock();
  const [lines, setLines] = useState<readonly BusLine[]>([]);
  const [paused, setPaused] = useState(false);
  const count = useRef(0);
  useLive({ watch: ["line"], line }, (message) => {
    if (paused || message.about !== "line" || message.driver !== line) return;
    const fresh = message.lines.map((one) => ({ ...one, n: count.current++ }));
    setLines((now) => newest(now, fresh, SHOWN));
  });
  const ways = { "->": words.sent, "<-": words.received, "!": words.wrong } as const;
  return (
    <section className="gh-panel" aria-label={words.doctor}>
      <h2>
        {words.doctor} · <bdi>{line}</bdi>
      </h2>
      <p className="gh-hint">{words.doctorHint}</p>
      <Flex gap="small">
        <Button size="small" onClick={() => setPaused(!paused)}>
          {paused ? words.resume : words.pause}
        </Button>
        <Button size="small" onClick={() => setLines([])}>
          {words.clear}
        </Button>
      </Flex>
      {lines.length === 0 ? (
        <Nothing text={words.doctorNone} />
      ) : (
        <LiveList label={words.doctor}>
          {lines.map(({ n, at, way, hex, says }) => (
            <li key={n} className={way === "!" ? "gh-wrong" : ""}>
              <span>
                <time dateTime={at}>{time(at)}</time> <Tag>{ways[way]}</Tag>
              </span>
              <span>
                <span dir="auto">{says}</span>
                <div className="gh-bytes gh-hint">{hex}</div>
              </span>
            </li>
          ))}
        </LiveList>
      )}
    </section>
  );
}
