/** A platform that is there is changed or removed: asked first, with a look at the difference, undone as every change of the site file. */

import { systemClock } from "@gatehouse/protocol";
import { Button, Modal } from "antd";
import { useState } from "react";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { useFirstWrong } from "../../parts/first-wrong.ts";
import { fill, useWords, type WordsOf } from "../../words/language.ts";
import { setUpFinishWords } from "../../words/set-up-finish.ts";
import { ReviewEdits } from "../devices/review-edits.tsx";
import type { Item } from "./site-file.ts";
import {
  changeEdits,
  draftOf,
  type KeptSecrets,
  type UplinkChange,
  type UplinkDraft,
  uplinkProblems,
} from "./uplink-draft.ts";
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
  const [change, setChange] = useState<UplinkChange>();
  const known = draftOf(item);
  const close = () => {
    setOpen(undefined);
    setChange(undefined);
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
      {open === "change" && known !== undefined && change === undefined && (
        <ChangeForm item={item} {...known} onClose={close} onChange={setChange} />
      )}
      <Modal
        open={open === "remove" && change === undefined}
        title={fill(words.removeTitle, { id: item.id })}
        okText={words.review}
        cancelText={words.cancel}
        onOk={() => setChange({ edits: [{ op: "remove", path: `uplinks/${item.id}` }], secrets: [] })}
        onCancel={close}
      >
        <p>{waitingWords(words, item.id, lanes)}</p>
        <p>{words.removeAfter}</p>
      </Modal>
      {change !== undefined && (
        <ReviewEdits setUp={setUp} {...change} note={`uplink ${item.id}`} onClose={close} onApplied={applied} />
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
  readonly onChange: (change: UplinkChange) => void;
}

function ChangeForm({ item, draft: initial, kept, onClose, onChange }: ChangeFormProps) {
  const words = useWords(setUpFinishWords);
  const [draft, setDraft] = useState(initial);
  const [asked, setAsked] = useState(false);
  const problems = uplinkProblems(draft, [], kept);
  const showWrong = useFirstWrong();
  const { edits } = changeEdits(item, draft, "");
  const review = () => {
    setAsked(true);
    if (Object.keys(problems).length > 0) showWrong();
    else onChange(changeEdits(item, draft, systemClock.nowMs().toString(36)));
  };
  return (
    <Modal
      open
      title={fill(words.changeTitle, { id: item.id })}
      okText={words.review}
      okButtonProps={{ disabled: edits.length === 0 }}
      cancelText={words.cancel}
      onOk={review}
      onCancel={onClose}
    >
      <UplinkForm draft={draft} problems={asked ? problems : {}} onChange={setDraft} kept={kept} />
    </Modal>
  );
}
