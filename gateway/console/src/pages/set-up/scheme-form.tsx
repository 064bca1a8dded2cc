/** Rooms by floors: a few numbers make a house, drawn while they are typed. */

import { systemClock } from "@gatehouse/protocol";
import { Alert, Input, InputNumber, Select } from "antd";
import { useEffect, useMemo, useState } from "react";
import type { AskOf } from "../../../../src/console/table/index.ts";
import { CallProblem } from "../../client/problem.ts";
import { Failed } from "../../parts/failed.tsx";
import { Field } from "../../parts/field.tsx";
import { call } from "../../shell/box.ts";
import { fill, useWords } from "../../words/language.ts";
import { setUpRoomsWords } from "../../words/set-up-rooms.ts";
import { useKept } from "./kept-input.ts";
import { listOf, roomsOf } from "./room-grid.ts";
import type { RoomRow } from "./rooms-csv.ts";

type Kind = "flat" | "room" | "shed";
type Risk = "red" | "yellow" | "blue";
type SchemeBody = AskOf<"POST /api/1/rooms/scheme", "body">;

interface SchemeInput {
  readonly buildings: string;
  readonly from: number;
  readonly to: number;
  readonly floorsWithout: string;
  readonly perFloor: number;
  readonly without: string;
  readonly pattern: string;
  readonly kind: Kind;
  readonly areas: string;
  readonly risk: Risk | "";
}

const MOST = 5_000;
const WAIT_MS = 350;
const START: SchemeInput = {
  buildings: "1",
  from: 1,
  to: 6,
  floorsWithout: "",
  perFloor: 4,
  without: "",
  pattern: "{building}-{floor}{room:02}",
  kind: "flat",
  areas: "20",
  risk: "",
};
const KIND_OF: Readonly<Record<string, Kind>> = {
  "rental-compound": "flat",
  dormitory: "room",
  "construction-site": "shed",
};

function bodyOf(input: SchemeInput): SchemeBody {
  const areas = listOf(input.areas)
    .map(Number)
    .filter((area) => area > 0);
  const floors = listOf(input.floorsWithout).map(Number).filter(Number.isInteger);
  const [first] = areas;
  return {
    buildings: [...listOf(input.buildings)],
    floors: { from: input.from, to: input.to, without: floors },
    roomsPerFloor: input.perFloor,
    without: [...listOf(input.without)],
    pattern: input.pattern,
    kind: input.kind,
    ...(areas.length > 1 || (input.kind === "flat" && areas.length === 1)
      ? { rooms: areas.map((areaM2) => ({ areaM2 })) }
      : first === undefined
        ? {}
        : { areaM2: first }),
    ...(input.risk === "" ? {} : { risk: input.risk }),
    doors: true,
  };
}

interface SchemeFormProps {
  readonly siteKind: string;
  readonly onRows: (rows: readonly RoomRow[]) => void;
}

export function SchemeForm({ siteKind, onRows }: SchemeFormProps) {
  const words = useWords(setUpRoomsWords);
  const [input, keep] = useKept<SchemeInput>("rooms.scheme", { ...START, kind: KIND_OF[siteKind] ?? "flat" });
  const body = useMemo(() => bodyOf(input), [input]);
  const count = roomsOf({ ...body, floors: { ...body.floors, without: body.floors.without ?? [] }, without: [] });
  const problem = useScheme(body, count > 0 && count <= MOST, onRows);
  const set = (change: Partial<SchemeInput>) => keep({ ...input, ...change });
  const text = (
    name: "buildings" | "floorsWithout" | "without" | "pattern" | "areas",
    label: string,
    hint?: string,
  ) => (
    <Field label={label} help={hint}>
      {(bind) => <Input {...bind} value={input[name]} onChange={(event) => set({ [name]: event.target.value })} />}
    </Field>
  );
  const number = (name: "from" | "to" | "perFloor", label: string, min: number) => (
    <Field label={label}>
      {(bind) => (
        <InputNumber
          {...bind}
          className="gh-wide"
          min={min}
          max={99}
          precision={0}
          value={input[name]}
          onChange={(value) => value !== null && set({ [name]: value })}
        />
      )}
    </Field>
  );
  const kinds: readonly Kind[] = ["flat", "room", "shed"];
  const risks: readonly Risk[] = ["red", "yellow", "blue"];
  return (
    <>
      <div className="gh-fields">
        {text("buildings", words.buildings, words.buildingsHint)}
        {number("from", words.floorFrom, -5)}
        {number("to", words.floorTo, -5)}
        {number("perFloor", words.perFloor, 1)}
        {text("areas", words.areaEach, words.areaEachHint)}
        <Field label={words.kind}>
          {(bind) => (
            <Select<Kind>
              {...bind}
              value={input.kind}
              onChange={(kind) => set({ kind })}
              options={kinds.map((kind) => ({ value: kind, label: words[kind] }))}
            />
          )}
        </Field>
        <Field label={words.risk}>
          {(bind) => (
            <Select<Risk | "">
              {...bind}
              value={input.risk}
              onChange={(risk) => set({ risk })}
              options={[
                { value: "" as const, label: words.riskDefault },
                ...risks.map((risk) => ({ value: risk, label: words[risk] })),
              ]}
            />
          )}
        </Field>
        {text("floorsWithout", words.floorsWithout)}
        {text("without", words.without, words.withoutHint)}
        {text("pattern", words.pattern, words.patternHint)}
      </div>
      {count === 0 && <Alert type="warning" showIcon title={words.noRooms} />}
      {count > MOST && <Alert type="warning" showIcon title={fill(words.tooMany, { max: MOST })} />}
      {problem !== undefined && <Failed problem={problem} />}
    </>
  );
}

/** Asks the box a moment after the last key. */
function useScheme(
  body: SchemeBody,
  ask: boolean,
  onRows: (rows: readonly RoomRow[]) => void,
): CallProblem | undefined {
  const [problem, setProblem] = useState<CallProblem>();
  useEffect(() => {
    if (!ask) return onRows([]);
    const ended = new AbortController();
    const cancel = systemClock.after(WAIT_MS, () => {
      call("POST /api/1/rooms/scheme", { body }, { signal: ended.signal }).then(
        ({ rows }) => {
          setProblem(undefined);
          onRows(rows);
        },
        (error: unknown) => {
          if (ended.signal.aborted) return;
          if (!(error instanceof CallProblem)) throw error;
          setProblem(error);
        },
      );
    });
    return () => {
      cancel();
      ended.abort();
    };
  }, [body, ask, onRows]);
  return problem;
}
