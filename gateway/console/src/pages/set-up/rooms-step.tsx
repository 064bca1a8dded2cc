/** The second step: the rooms, made from floors or read from a list, corrected on the screen, then taken. */
import { Alert, Segmented, Space } from "antd";
import { useState } from "react";
import { call } from "../../shell/box.ts";
import { fill, useWords } from "../../words/language.ts";
import { setUpWords } from "../../words/set-up.ts";
import { setUpRoomsWords } from "../../words/set-up-rooms.ts";
import { useKept } from "./kept-input.ts";
import { RoomHouse } from "./room-house.tsx";
import { RoomList } from "./room-list.tsx";
import { RoomRows } from "./room-rows.tsx";
import type { RoomRow } from "./rooms-csv.ts";
import { SchemeForm } from "./scheme-form.tsx";
import { StepFrame, type StepProps } from "./step-frame.tsx";

type Source = "byScheme" | "byList";

export function RoomsStep({ setUp, onNext, onBack }: StepProps) {
  const words = useWords(setUpRoomsWords);
  const frame = useWords(setUpWords);
  const have = setUp.site.counts.judged;
  const [source, setSource] = useKept<Source>("rooms.source", "byScheme");
  const [list, setList, forgetList] = useKept<readonly RoomRow[]>("rooms.list", []);
  const [scheme, setScheme] = useState<readonly RoomRow[]>([]);
  const [making, setMaking] = useState(have === 0);
  const rows = source === "byList" ? list : scheme;
  const good = rows.filter(({ space, problems }) => space !== undefined && problems.length === 0);
  const take = async () => {
    const spaces = good.flatMap(({ space }) => (space === undefined ? [] : [space]));
    const answer = await setUp.change((hash) => call("POST /api/1/rooms", { body: { hash, spaces, doors: true } }));
    if (answer === undefined) return;
    forgetList([]);
    onNext();
  };
  const taking = (making || list.length > 0) && good.length > 0;
  const bad = rows.length - good.length;
  const text = bad > 0 ? words.takeGood : words.take;
  return (
    <StepFrame
      setUp={setUp}
      purpose={frame.roomsFor}
      onBack={onBack}
      main={
        taking
          ? { text: fill(text, { n: good.length }), act: () => void take() }
          : { text: frame.next, act: onNext, off: have === 0 }
      }
    >
      <Alert
        type={have === 0 ? "info" : "success"}
        showIcon
        title={have === 0 ? words.haveNone : fill(words.have, { n: have })}
        action={
          have > 0 && !making ? (
            <button type="button" className="gh-link" onClick={() => setMaking(true)}>
              {words.more}
            </button>
          ) : undefined
        }
      />
      {(making || list.length > 0) && (
        <Space orientation="vertical" size="middle" className="gh-wide">
          <Segmented<Source>
            value={source}
            onChange={setSource}
            options={[
              { value: "byScheme", label: words.byScheme },
              { value: "byList", label: words.byList },
            ]}
          />
          {source === "byScheme" ? (
            <SchemeForm siteKind={setUp.site.kind} onRows={setScheme} />
          ) : (
            <RoomList onRows={setList} />
          )}
          {rows.length > 0 && (
            <>
              <h2>
                {words.preview} · {fill(words.previewCount, { n: rows.length })}
              </h2>
              <RoomHouse rows={rows} />
              <RoomRows rows={rows} open={source === "byList"} onRows={source === "byList" ? setList : setScheme} />
            </>
          )}
        </Space>
      )}
    </StepFrame>
  );
}
