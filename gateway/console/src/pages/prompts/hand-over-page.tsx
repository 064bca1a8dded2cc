/** Handing over a shift: the open one with its items, a new one, those before. Prints with places to sign. */
import { PrinterOutlined } from "@ant-design/icons";
import { type HandOver, systemClock } from "@gatehouse/protocol";
import { Button } from "antd";
import { useEffect, useState } from "react";
import { useAnswer } from "../../client/use-answer.ts";
import { Choose } from "../../parts/choose.tsx";
import { Failed } from "../../parts/failed.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { useMay, useSession } from "../../shell/session.ts";
import { useTimes } from "../../shell/site.tsx";
import { fill, useWords } from "../../words/language.ts";
import { handOverWords } from "../../words/prompts.ts";
import { shellWords } from "../../words/shell.ts";
import { OpenHandOver } from "./open-hand-over.tsx";

/** What the other person accepts is not told by the feed. */
const LOOK_AGAIN_MS = 5_000;

export function HandOverPage() {
  const words = useWords(handOverWords);
  const shell = useWords(shellWords);
  const may = useMay("manager", "technician");
  const loading = useAnswer("GET /api/1/hand-overs", {}, { reloadOn: ["prompts", "alerts"] });
  const { answer, again } = loading;
  useEffect(() => {
    const open = answer?.handOvers.some(({ state }) => state === "open") === true;
    return open ? systemClock.after(LOOK_AGAIN_MS, again) : undefined;
  }, [answer, again]);
  return (
    <>
      <PageHead title={words.title} under={words.says}>
        <Button icon={<PrinterOutlined />} onClick={() => globalThis.print()}>
          {shell.print}
        </Button>
      </PageHead>
      <Loaded of={loading}>
        {({ handOvers, people }) => {
          const open = handOvers.filter(({ state }) => state === "open");
          return (
            <>
              {open.map((handOver) => (
                <OpenHandOver key={handOver.id} handOver={handOver} onDone={loading.reload} />
              ))}
              {open.length === 0 ? <p className="soft">{words.none}</p> : null}
              {open.length === 0 && may ? <Start people={people} onDone={loading.reload} /> : null}
              <Before handOvers={handOvers.filter(({ state }) => state !== "open")} />
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function Start({ people, onDone }: { readonly people: readonly string[]; readonly onDone: () => void }) {
  const words = useWords(handOverWords);
  const { name } = useSession();
  const [to, setTo] = useState("");
  const { busy, problem, run } = useDoing();
  const others = people.filter((one) => one !== name);
  if (others.length === 0) return <p className="soft">{words.nobody}</p>;
  const start = async () => {
    if (await run(() => call("POST /api/1/deeds", { body: { do: "start-hand-over", to } }))) onDone();
  };
  return (
    <section className="card no-print">
      <h2>{words.start}</h2>
      <div className="deed-line">
        <Choose
          label={words.to}
          value={to}
          onChange={setTo}
          options={[["", words.choose], ...others.map((one) => [one, one] as const)]}
        />
        <Button type="primary" disabled={to === ""} loading={busy} onClick={() => void start()}>
          {words.start}
        </Button>
      </div>
      {problem === undefined ? null : <Failed problem={problem} />}
    </section>
  );
}

function Before({ handOvers }: { readonly handOvers: readonly HandOver[] }) {
  const words = useWords(handOverWords);
  const { time } = useTimes();
  if (handOvers.length === 0) return null;
  return (
    <section className="card no-print">
      <h2>{words.before}</h2>
      <ul className="rows">
        {handOvers.map(({ id, from, to, state, startedAt, endedAt }) => (
          <li key={id} className="row row-wrap">
            <bdi>{fill(words.fromTo, { from, to })}</bdi>
            <span className="under">
              {time(startedAt)}
              {endedAt === undefined ? "" : ` – ${time(endedAt)}`} · {words[`state_${state}`]}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
