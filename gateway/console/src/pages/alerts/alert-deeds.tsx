/** What a person can do with an alert now, each step with a note. */
import type { Alert, DeedKind } from "@gatehouse/protocol";
import { App, Button, Input } from "antd";
import { useState } from "react";
import { Failed } from "../../parts/failed.tsx";
import { Field } from "../../parts/field.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { useMay } from "../../shell/session.ts";
import { alertWords } from "../../words/alerts.ts";
import { useWords } from "../../words/language.ts";

const STEPS = ["acknowledge", "rectify", "verify", "close", "reopen", "note"] as const satisfies readonly DeedKind[];
type Step = (typeof STEPS)[number];
const NEEDS_NOTE: readonly Step[] = ["reopen", "note"];

export interface AlertDeedsProps {
  readonly alert: Pick<Alert, "id">;
  readonly can: readonly string[];
  readonly onDone: () => void;
}

export function AlertDeeds({ alert, can, onDone }: AlertDeedsProps) {
  const words = useWords(alertWords);
  const may = useMay("manager", "technician");
  const steps = STEPS.filter((step) => can.includes(step));
  if (!may || steps.length === 0)
    return (
      <section className="card no-print">
        <p className="soft">{words.noDeeds}</p>
      </section>
    );
  return <Steps alert={alert} steps={steps} onDone={onDone} />;
}

function deedOf(step: Step, alert: string, note: string) {
  if (step === "reopen" || step === "note") return { do: step, alert, note };
  return { do: step, alert, ...(note === "" ? {} : { note }) };
}

interface StepsProps {
  readonly alert: Pick<Alert, "id">;
  readonly steps: readonly Step[];
  readonly onDone: () => void;
}

function Steps({ alert, steps, onDone }: StepsProps) {
  const words = useWords(alertWords);
  const { message } = App.useApp();
  const [note, setNote] = useState("");
  const [wanting, setWanting] = useState(false);
  const { busy, problem, run } = useDoing();
  const take = async (step: Step) => {
    const text = note.trim();
    const missing = text === "" && NEEDS_NOTE.includes(step);
    setWanting(missing);
    if (missing || !(await run(() => call("POST /api/1/deeds", { body: deedOf(step, alert.id, text) })))) return;
    setNote("");
    void message.success(words.done);
    onDone();
  };
  return (
    <section className="card no-print">
      <h2>{words.deeds}</h2>
      <Field label={words.note} help={words.noteHelp} wrong={wanting ? words.noteNeeded : undefined}>
        {(bind) => (
          <Input.TextArea
            {...bind}
            maxLength={1_000}
            rows={3}
            value={note}
            onChange={({ target }) => setNote(target.value)}
          />
        )}
      </Field>
      {problem === undefined ? null : <Failed problem={problem} />}
      <div className="deeds">
        {steps.map((step, n) => (
          <Button
            key={step}
            type={n === 0 && step !== "note" ? "primary" : "default"}
            disabled={busy}
            data-deed={step}
            onClick={() => void take(step)}
          >
            {words[`do_${step}`]}
          </Button>
        ))}
      </div>
    </section>
  );
}
