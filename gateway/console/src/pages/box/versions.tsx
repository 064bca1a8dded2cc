/** Earlier site files: who used them when and why, what they would change today, and going back to one. */
import { Button, Popconfirm, Tag } from "antd";
import { useState } from "react";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { useAnswer } from "../../client/use-answer.ts";
import { Failed } from "../../parts/failed.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { useMay } from "../../shell/session.ts";
import { useTimes } from "../../shell/site.tsx";
import { boxWords } from "../../words/box.ts";
import { fill, useLanguage, useWords } from "../../words/language.ts";
import { byText } from "./audit-text.ts";
import type { Change } from "./config-page.tsx";
import { Difference } from "./difference.tsx";

interface VersionsProps {
  readonly config: AnswerOf<"GET /api/1/config">;
  readonly change: Change;
}
type Version = AnswerOf<"GET /api/1/config/versions">["versions"][number];

export function Versions({ config, change }: VersionsProps) {
  const words = useWords(boxWords);
  const language = useLanguage();
  const { time } = useTimes();
  const versions = useAnswer("GET /api/1/config/versions", {});
  const [open, setOpen] = useState<number>();
  const { reload } = versions;
  const back = async (version: number) => {
    const { hash } = config;
    await change(hash, () => call("POST /api/1/config/rollback", { body: { version, hash } }));
    setOpen(undefined);
    reload();
  };
  return (
    <section className="card">
      <h2>{words.versions}</h2>
      <Loaded of={versions}>
        {({ versions: rows }) => (
          <ul className="rows">
            {rows.map((row) => (
              <li className="row" key={row.n}>
                <div className="row-text">
                  {fill(words.version, { n: row.n })} {row.current ? <Tag color="success">{words.inUse}</Tag> : null}
                  <div className="under" dir="auto">
                    {time(row.at)} · <bdi title={row.by}>{byText(row.by, language).name}</bdi>
                    {row.note === "" ? "" : ` · ${row.note}`}
                  </div>
                  {open === row.n ? <OneVersion row={row} onBack={() => back(row.n)} /> : null}
                </div>
                <Button
                  aria-expanded={open === row.n}
                  onClick={() => setOpen((now) => (now === row.n ? undefined : row.n))}
                >
                  {words.look}
                </Button>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </section>
  );
}

interface OneProps {
  readonly row: Version;
  readonly onBack: () => Promise<void>;
}

function OneVersion({ row, onBack }: OneProps) {
  const words = useWords(boxWords);
  const version = useAnswer("GET /api/1/config/versions/:id", { params: { id: String(row.n) } });
  const { busy, problem, run } = useDoing();
  const mayChange = useMay("technician");
  return (
    <Loaded of={version}>
      {({ diff }) => (
        <>
          <Difference diff={diff} />
          {problem === undefined ? null : <Failed problem={problem} />}
          {row.current || !mayChange ? null : (
            <Popconfirm title={words.goBack} okText={words.yes} onConfirm={() => void run(onBack)}>
              <Button disabled={busy}>{words.goBack}</Button>
            </Popconfirm>
          )}
        </>
      )}
    </Loaded>
  );
}
