/** The log, newest lines first, following along. */
import { Button, Input } from "antd";
import { useDeferredValue, useState } from "react";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { useAnswer } from "../../client/use-answer.ts";
import { Choose } from "../../parts/choose.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Nothing } from "../../parts/nothing.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { useTimes } from "../../shell/site.tsx";
import { boxWords } from "../../words/box.ts";
import { useWords } from "../../words/language.ts";
import "./box.css";

type Line = AnswerOf<"GET /api/1/logs">["items"][number];
const LEVELS = ["debug", "info", "warn", "error"] as const;
type Level = (typeof LEVELS)[number];

export function LogsPage() {
  const words = useWords(boxWords);
  const [level, setLevel] = useState<Level>("info");
  const [search, setSearch] = useState("");
  const [after, setAfter] = useState<string>();
  const wanted = useDeferredValue(search);
  const query = {
    level,
    ...(wanted === "" ? {} : { search: wanted }),
    ...(after === undefined ? {} : { after }),
  };
  const logs = useAnswer("GET /api/1/logs", { query }, after === undefined ? { reloadOn: ["logs"] } : {});
  return (
    <>
      <PageHead title={words.logs} under={words.logsUnder}>
        <Button
          onClick={() => {
            setAfter(undefined);
            logs.reload();
          }}
        >
          {words.refresh}
        </Button>
      </PageHead>
      <div className="tools">
        <Choose
          label={words.level}
          value={level}
          onChange={(next) => {
            setLevel(next);
            setAfter(undefined);
          }}
          options={LEVELS.map((one) => [one, words[one]] as const)}
        />
        <Input
          className="grow"
          allowClear
          aria-label={words.search}
          placeholder={words.search}
          value={search}
          onChange={({ target }) => {
            setSearch(target.value);
            setAfter(undefined);
          }}
        />
      </div>
      <Loaded of={logs}>
        {({ items, next }) => (
          <section className="card">
            {items.length === 0 ? <Nothing /> : items.map((line) => <LogLine key={line.n} line={line} />)}
            {next === null ? null : (
              <p>
                <Button onClick={() => setAfter(next)}>{words.older}</Button>
              </p>
            )}
          </section>
        )}
      </Loaded>
    </>
  );
}

function LogLine({ line }: { readonly line: Line }) {
  const { time } = useTimes();
  const fields = Object.entries(line.fields);
  return (
    <div className="log-line">
      <span className="soft">{time(line.at)}</span>
      <span className={`log-${line.level}`}>{line.level}</span>
      <span>
        <bdi>{line.message}</bdi>{" "}
        <span className="log-fields" dir="auto">
          {fields
            .map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`)
            .join(" ")}
        </span>
      </span>
    </div>
  );
}
