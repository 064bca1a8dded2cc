/** Records a visit by the plate at the door: scanned with the phone, or its number typed. */
import { App, Button, Input } from "antd";
import { useState } from "react";
import type { PatrolRow } from "../../../../src/console/table/duties.ts";
import { Failed } from "../../parts/failed.tsx";
import { Field } from "../../parts/field.tsx";
import { Fold } from "../../parts/fold.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { patrolWords } from "../../words/duties.ts";
import { useWords } from "../../words/language.ts";
import { CodeCamera, canScan } from "../set-up/code-camera.tsx";
import { plateOf } from "../set-up/label-sheet.ts";
import "../set-up/set-up.css";

export interface VisitProps {
  readonly row: PatrolRow;
  readonly onDone: () => void;
}

export function Visit({ row, onDone }: VisitProps) {
  const words = useWords(patrolWords);
  const [visits, setVisits] = useState(0);
  if (!row.plate) return <div className="under">{words.noPlate}</div>;
  return (
    // Another one is folded away again once the visit is recorded.
    <Fold key={visits} title={words.visit}>
      {() => (
        <Form
          space={row.space}
          onDone={() => {
            setVisits(visits + 1);
            onDone();
          }}
        />
      )}
    </Fold>
  );
}

function Form({ space, onDone }: { readonly space: string; readonly onDone: () => void }) {
  const words = useWords(patrolWords);
  const { message } = App.useApp();
  const [plate, setPlate] = useState("");
  const [note, setNote] = useState("");
  const [scanning, setScanning] = useState(false);
  const { busy, problem, run } = useDoing();
  const record = async () => {
    const text = note.trim();
    const body = {
      do: "patrol" as const,
      space,
      plate: plateOf(plate.trim()),
      ...(text === "" ? {} : { note: text }),
    };
    if (!(await run(() => call("POST /api/1/deeds", { body })))) return;
    void message.success(words.recorded);
    onDone();
  };
  const scanned = (text: string) => {
    setPlate(plateOf(text));
    setScanning(false);
  };
  return (
    <form
      className="visit"
      onSubmit={(event) => {
        event.preventDefault();
        if (plate.trim() !== "") void record();
      }}
    >
      <Field label={words.plate} help={words.visitHelp}>
        {(bind) => <Input {...bind} maxLength={200} value={plate} onChange={({ target }) => setPlate(target.value)} />}
      </Field>
      {canScan() && !scanning ? <Button onClick={() => setScanning(true)}>{words.scan}</Button> : null}
      {scanning ? <CodeCamera onCode={scanned} /> : null}
      <Field label={words.noteLabel}>
        {(bind) => <Input {...bind} maxLength={1_000} value={note} onChange={({ target }) => setNote(target.value)} />}
      </Field>
      {problem === undefined ? null : <Failed problem={problem} />}
      <Button type="primary" htmlType="submit" loading={busy} disabled={plate.trim() === ""}>
        {words.record}
      </Button>
    </form>
  );
}
