/** A platform that is there is changed or removed: asked first, with a look at the difference, undone as every change of the site file. */

import { systemClock } from "@gatehouse/protocol";
import { Button, Modal } from "antd";
import { useState } from "react";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { Failed } from "../../parts/failed.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { fill, useWords, type WordsOf } from "../../words/language.ts";
import { setUpFinishWords } from "../../words/set-up-finish.ts";
import { ReviewEdits } from "../devices/review-edits.tsx";
import type { Edit, Item } from "./site-file.ts";
import { changeEdits, draftOf, type KeptSecrets, type UplinkDraft, uplinkProblems } from "./uplink-draft.ts";
import { UplinkForm } from "./uplink-form.tsx";
import type { SetUp } from "./use-set-up.ts";
import "./set-up.css";

type Lanes = AnswerOf<"GET /api/1/uplinks">["uplinks"][number]["lanes"];

interface UplinkDeedsProps {
  readonly setUp: SetUp;
  readonly item: Item;
  readonly lanes: Lanes | undefined;
  readonly onChanged: () => void;
  readonly onRemoved: () => void;
}

export function UplinkDeeds({ setUp, item, lanes, onChanged, onRemoved }: UplinkDeedsProps) {
  const words = useWords(setUpFinishWords);
  const [open, setOpen] = useState<"change" | "remove">();
  const [edits, setEdits] = useState<readonly Edit[]>();
  const known = draftOf(item);
  const close = () => {
    setOpen(undefined);
    setEdits(undefined);
  };
  const applied = () => {
    const removed = open === "remove";
    close();
    if (removed) onRemoved();
    else onChanged();
  };
  return (
    <>
      {known === undefined ? (
        <span className="gh-hint">{words.elsewhere}</span>
      ) : (
        <Button size="small" disabled={setUp.busy !== "no"} onClick={() => setOpen("change")}>
          {words.change}
        </Button>
      )}
      <Button size="small" danger disabled={setUp.busy !== "no"} onClick={() => setOpen("remove")}>
        {words.remove}
      </Button>
      {open === "change" && known !== undefined && edits === undefined && (
        <ChangeForm item={item} {...known} onClose={close} onEdits={setEdits} />
      )}
      <Modal
        open={open === "remove" && edits === undefined}
        title={fill(words.removeTitle, { id: item.id })}
        okText={words.review}
        cancelText={words.cancel}
        onOk={() => setEdits([{ op: "remove", path: `uplinks/${item.id}` }])}
        onCancel={close}
      >
        <p>{waitingWords(words, item.id, lanes)}</p>
        <p>{words.removeAfter}</p>
      </Modal>
      {edits !== undefined && (
        <ReviewEdits setUp={setUp} edits={edits} note={`uplink ${item.id}`} onClose={close} onApplied={applied} />
      )}
    </>
  );
}

function waitingWords(words: WordsOf<typeof setUpFinishWords>, id: string, lanes: Lanes | undefined): string {
  if (lanes === undefined) return "";
  const alerts = lanes.emergency.waiting + lanes.alert.waiting;
  const others = lanes.presence.waiting + lanes.telemetry.waiting;
  return alerts + others === 0 ? words.removeNothing : fill(words.removeWaiting, { id, alerts, others });
}

interface ChangeFormProps {
  readonly item: Item;
  readonly draft: UplinkDraft;
  readonly kept: KeptSecrets;
  readonly onClose: () => void;
  readonly onEdits: (edits: readonly Edit[]) => void;
}

function ChangeForm({ item, draft: initial, kept, onClose, onEdits }: ChangeFormProps) {
  const words = useWords(setUpFinishWords);
  const [draft, setDraft] = useState(initial);
  const [asked, setAsked] = useState(false);
  const doing = useDoing();
  const problems = uplinkProblems(draft, [], kept);
  const { edits } = changeEdits(item, draft, "");
  const review = async () => {
    setAsked(true);
    if (Object.keys(problems).length > 0) return;
    const change = changeEdits(item, draft, systemClock.nowMs().toString(36));
    const write = async () => {
      for (const { id, value } of change.secrets)
        await call("PUT /api/1/secrets/:id", { params: { id }, body: { value } });
    };
    if (await doing.run(write)) onEdits(change.edits);
  };
  return (
    <Modal
      open
      title={fill(words.changeTitle, { id: item.id })}
      okText={words.review}
      okButtonProps={{ disabled: edits.length === 0 }}
      confirmLoading={doing.busy}
      cancelText={words.cancel}
      onOk={() => void review()}
      onCancel={onClose}
    >
      {doing.problem !== undefined && <Failed problem={doing.problem} />}
      <UplinkForm draft={draft} problems={asked ? problems : {}} onChange={setDraft} kept={kept} />
    </Modal>
  );
}
