/** An open hand-over: each item is taken by the one who comes, and by nobody else. */
import { CheckCircleFilled } from "@ant-design/icons";
import type { HandOver, HandOverItem } from "@gatehouse/protocol";
import { Button, Input } from "antd";
import { useState } from "react";
import { Failed } from "../../parts/failed.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { linkTo } from "../../shell/route.ts";
import { useMay, useSession } from "../../shell/session.ts";
import { useTimes } from "../../shell/site.tsx";
import { fill, useLanguage, useWords } from "../../words/language.ts";
import { handOverWords } from "../../words/prompts.ts";

export interface OpenHandOverProps {
  readonly handOver: HandOver;
  readonly onDone: () => void;
}

export function OpenHandOver({ handOver, onDone }: OpenHandOverProps) {
  const words = useWords(handOverWords);
  const session = useSession();
  const { time } = useTimes();
  const { busy, problem, run } = useDoing();
  const { id, from, to, startedAt, items } = handOver;
  const mine = session.name === to;
  const left = items.filter(({ acceptedAt }) => acceptedAt === undefined).length;
  const accept = async (item: string) => {
    if (await run(() => call("POST /api/1/deeds", { body: { do: "accept-item", handOver: id, item } }))) onDone();
  };
  return (
    <section className="card" data-hand-over={id}>
      <h2>
        <bdi>{fill(words.fromTo, { from, to })}</bdi>
      </h2>
      <p className="under">
        {fill(words.startedAt, { at: time(startedAt) })} · {fill(words.left, { n: left })}
      </p>
      {mine ? null : <p className="soft no-print">{fill(words.onlyTo, { to })}</p>}
      {items.length === 0 ? <p>{words.empty}</p> : null}
      <ul className="rows">
        {items.map((item) => (
          <Item key={item.ref} item={item} mine={mine} busy={busy} accept={() => void accept(item.ref)} />
        ))}
      </ul>
      {problem === undefined ? null : <Failed problem={problem} />}
      <CallOff id={id} onDone={onDone} />
      <p className="only-print signature">
        {words.signFrom} ____________________ {words.signTo} ____________________
      </p>
    </section>
  );
}

interface ItemProps {
  readonly item: HandOverItem;
  readonly mine: boolean;
  readonly busy: boolean;
  readonly accept: () => void;
}

function Item({ item, mine, busy, accept }: ItemProps) {
  const words = useWords(handOverWords);
  const language = useLanguage();
  const { time } = useTimes();
  const [kind, subject = ""] = item.ref.split(":");
  const link = kind === "alert" ? linkTo("/alerts/:id", { id: subject }) : "#/prompts";
  return (
    <li className="row row-wrap" data-item={item.ref}>
      <a className="row-text" href={link} dir="auto">
        {item.text[language]}
      </a>
      {item.acceptedAt !== undefined ? (
        <span className="accepted">
          <CheckCircleFilled aria-hidden="true" /> {fill(words.accepted, { at: time(item.acceptedAt) })}
        </span>
      ) : mine ? (
        <Button type="primary" disabled={busy} onClick={accept}>
          {words.accept}
        </Button>
      ) : null}
    </li>
  );
}

function CallOff({ id, onDone }: { readonly id: string; readonly onDone: () => void }) {
  const words = useWords(handOverWords);
  const may = useMay("manager", "technician");
  const [note, setNote] = useState("");
  const { busy, problem, run } = useDoing();
  if (!may) return null;
  const cancel = async () => {
    const body = { do: "cancel-hand-over" as const, handOver: id, note: note.trim() };
    if (await run(() => call("POST /api/1/deeds", { body }))) onDone();
  };
  return (
    <details className="no-print">
      <summary>{words.cancel}</summary>
      <div className="deed-line">
        <Input
          aria-label={words.cancelNote}
          placeholder={words.cancelNote}
          maxLength={1_000}
          value={note}
          onChange={({ target }) => setNote(target.value)}
        />
        <Button danger disabled={note.trim() === ""} loading={busy} onClick={() => void cancel()}>
          {words.cancel}
        </Button>
      </div>
      {problem === undefined ? null : <Failed problem={problem} />}
    </details>
  );
}
