/** Prompts: what somebody on site must look at, the oldest first. */
import type { Prompt } from "@gatehouse/protocol";
import { Button, Input, Segmented } from "antd";
import { useState } from "react";
import { useAnswer } from "../../client/use-answer.ts";
import { Failed } from "../../parts/failed.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Nothing } from "../../parts/nothing.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { personOf } from "../../parts/person.ts";
import { formatLength, useNow } from "../../parts/time.ts";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { linkTo } from "../../shell/route.ts";
import { useMay } from "../../shell/session.ts";
import { useTimes } from "../../shell/site.tsx";
import { fill, useLanguage, useWords } from "../../words/language.ts";
import { promptWords } from "../../words/prompts.ts";

type Show = "open" | "handled";

export function PromptsPage() {
  const words = useWords(promptWords);
  const [show, setShow] = useState<Show>("open");
  const handled = show === "handled";
  const loading = useAnswer(
    "GET /api/1/prompts",
    { query: handled ? { handled: "true" } : {} },
    { reloadOn: ["prompts"] },
  );
  return (
    <>
      <PageHead title={words.title} under={words.says}>
        <Segmented<Show>
          aria-label={words.show}
          value={show}
          onChange={setShow}
          options={[
            { value: "open", label: words.open },
            { value: "handled", label: words.handled },
          ]}
        />
      </PageHead>
      <Loaded of={loading}>
        {({ prompts }) => {
          const shown = prompts
            .filter(({ state }) => state === show)
            .sort((a, b) => (a.openedAt < b.openedAt ? -1 : 1));
          if (shown.length === 0) return <Nothing text={handled ? words.noneHandled : words.none} />;
          return shown.map((prompt) => <PromptCard key={prompt.id} prompt={prompt} onDone={loading.reload} />);
        }}
      </Loaded>
    </>
  );
}

function PromptCard({ prompt, onDone }: { readonly prompt: Prompt; readonly onDone: () => void }) {
  const words = useWords(promptWords);
  const language = useLanguage();
  const may = useMay("manager", "technician");
  const { time } = useTimes();
  const now = useNow();
  const { openedAt, step, subject, space, handledAt, handledBy } = prompt;
  const length = formatLength(now - Date.parse(openedAt), language);
  return (
    <section className="card" data-prompt={prompt.id}>
      <h2 dir="auto">{prompt.text[language]}</h2>
      <p className="under">
        {fill(words.since, { at: time(openedAt), length })}
        {step === 0 ? null : ` · ${fill(words.asked, { n: step })}`}
      </p>
      <p className="links">
        {subject.startsWith("alr_") ? <a href={linkTo("/alerts/:id", { id: subject })}>{words.seeAlert}</a> : null}
        {space === undefined ? null : <a href={linkTo("/rooms/:id", { id: space })}>{words.seeRoom}</a>}
      </p>
      {prompt.state === "open" ? (
        may ? (
          <Handle prompt={prompt} onDone={onDone} />
        ) : null
      ) : (
        <p>
          <bdi>
            {fill(words.handledBy, {
              by: handledBy === "gateway" ? words.gateway : personOf(handledBy ?? ""),
              at: handledAt === undefined ? "" : time(handledAt),
            })}
          </bdi>
          {prompt.note === undefined ? null : <bdi> · {prompt.note}</bdi>}
        </p>
      )}
    </section>
  );
}

function Handle({ prompt, onDone }: { readonly prompt: Prompt; readonly onDone: () => void }) {
  const words = useWords(promptWords);
  const [note, setNote] = useState("");
  const { busy, problem, run } = useDoing();
  const handle = async () => {
    const text = note.trim();
    const body = { do: "handle-prompt" as const, prompt: prompt.id, ...(text === "" ? {} : { note: text }) };
    if (await run(() => call("POST /api/1/deeds", { body }))) onDone();
  };
  return (
    <>
      <div className="deed-line">
        <Input
          aria-label={words.note}
          placeholder={words.note}
          maxLength={1_000}
          value={note}
          onChange={({ target }) => setNote(target.value)}
        />
        <Button type="primary" loading={busy} onClick={() => void handle()}>
          {words.handle}
        </Button>
      </div>
      {problem === undefined ? null : <Failed problem={problem} />}
    </>
  );
}
