/** One cell of a room list as it is corrected; the kind is chosen from those there are. */
import { Input, Select } from "antd";
import { useState } from "react";
import { useWords } from "../../words/language.ts";
import { setUpRoomsWords } from "../../words/set-up-rooms.ts";
import type { RoomColumn } from "./rooms-csv.ts";

const KINDS = ["flat", "room", "shed", "corridor", "yard", "floor", "building"] as const;

interface CellProps {
  readonly column: RoomColumn;
  readonly label: string;
  readonly title: string;
  readonly text: string;
  readonly bad: boolean;
  /** As the box understood it, where it did. */
  readonly kind: string | undefined;
  readonly onText: (text: string) => void;
}

export function RoomCell(props: CellProps) {
  return props.column === "kind" ? <KindCell {...props} /> : <TextCell {...props} />;
}

function KindCell({ label, title, text, bad, kind, onText }: CellProps) {
  const words = useWords(setUpRoomsWords);
  const value = kind ?? text;
  return (
    <Select<string>
      size="small"
      className="gh-wide"
      popupMatchSelectWidth={false}
      aria-label={label}
      placeholder={title}
      value={value === "" ? null : value}
      status={bad ? "error" : ""}
      onChange={onText}
      options={KINDS.map((each) => ({ value: each, label: words[each] }))}
    />
  );
}

function TextCell({ label, title, text, bad, onText }: CellProps) {
  const [now, setNow] = useState(text);
  const done = () => {
    if (now !== text) onText(now);
  };
  return (
    <Input
      size="small"
      aria-label={label}
      placeholder={title}
      dir="auto"
      value={now}
      status={bad ? "error" : ""}
      onChange={(event) => setNow(event.target.value)}
      onBlur={done}
      onPressEnter={(event) => {
        event.preventDefault();
        done();
      }}
    />
  );
}
