/** The fourth step: new devices with what they become and where they belong, and those whose door is found with a card. */
import { Alert, Button } from "antd";
import { useState } from "react";
import { useAnswer } from "../../client/use-answer.ts";
import { call } from "../../shell/box.ts";
import { fill, useWords } from "../../words/language.ts";
import { setUpWords } from "../../words/set-up.ts";
import { setUpDevicesWords } from "../../words/set-up-devices.ts";
import { setUpTakingWords } from "../../words/set-up-taking.ts";
import { useAskBeside } from "./ask-beside.tsx";
import { CandidateTable } from "./candidate-table.tsx";
import {
  candidatesOf,
  type Decision,
  type Pairing,
  placeKeys,
  type Row,
  rowsOf,
  seesCards,
  takeEdits,
  takenInOrder,
  UNPLACED,
  unplacedEdits,
} from "./candidates.ts";
import { DoorByCard } from "./door-by-card.tsx";
import { useDoorMoves } from "./door-moves.ts";
import { useKept } from "./kept-input.ts";
import { PairingBar } from "./pairing-bar.tsx";
import { gateEdits, type NewGate, newGate, placesOf } from "./places.ts";
import { NOTHING_SCANNED, type Scanned } from "./scanned.ts";
import { StepFrame, type StepProps } from "./step-frame.tsx";
import { type TakingProblem, takingProblem } from "./taking-problem.ts";
import type { SetUp } from "./use-set-up.ts";

interface Taking {
  readonly setUp: SetUp;
  readonly scanned: Scanned;
  readonly gates: readonly NewGate[];
  readonly onTaken: (taken: readonly Row[]) => void;
}

/** Found ones and those of MQTT in one change. */
function useTake({ setUp, scanned, gates, onTaken }: Taking) {
  const words = useWords(setUpDevicesWords);
  const askBeside = useAskBeside();
  return async (rows: readonly Row[]) => {
    const doubled = rows.flatMap(({ candidate: { name }, place, beside }) =>
      place === undefined || beside === undefined ? [] : [{ name, place, beside }],
    );
    if (!(await askBeside(doubled))) return;
    const { site } = setUp.file;
    const adopted = rows.filter(({ candidate, ready }) => ready && candidate.from === "pairing");
    const waits = adopted.some(({ place }) => place === `space:${UNPLACED}`);
    const found = takeEdits(rows, site, scanned.drivers, words.waiting);
    const space = found.some(({ path }) => path === "spaces") ? [] : unplacedEdits(waits, site, words.waiting);
    const places = rows.map(({ place }) => place);
    const edits = [...gateEdits(places, gates, site, words.yard), ...space, ...found];
    const devices = adopted.flatMap(({ candidate, kind, place }) =>
      kind === undefined || place === undefined ? [] : [{ user: candidate.name, kind, ...placeKeys(place) }],
    );
    const done = await setUp.change(async (hash) => {
      if (devices.length > 0) await call("POST /api/1/pairing/adopt", { body: { hash, devices, edits } });
      else await call("PATCH /api/1/config", { body: { hash, edits, note: "set-up: devices" } });
      return true;
    });
    if (done !== true) return;
    onTaken(rows);
  };
}

const NOTHING_WRONG: ReadonlyMap<string, readonly string[]> = new Map();

/** What a refusal to take them says of the rows that were to be taken; it stays with them until the next try. */
function useRefused(setUp: SetUp, rows: readonly Row[]): TakingProblem | undefined {
  const words = useWords(setUpTakingWords);
  if (setUp.trouble?.is !== "problem") return undefined;
  const before = setUp.file.site.devices?.length ?? 0;
  return takingProblem(setUp.trouble.problem, takenInOrder(rows), before, words);
}

export function DevicesStep({ setUp, onNext, onBack }: StepProps) {
  const taking = useWords(setUpTakingWords);
  const words = useWords(setUpDevicesWords);
  const frame = useWords(setUpWords);
  const found = useAnswer("GET /api/1/found-devices", {}, { reloadOn: ["devices"] });
  const pairing = useAnswer("GET /api/1/pairing", {}, { reloadOn: ["devices"] });
  const [scanned, setScanned, forgetScanned] = useKept<Scanned>("scan.found", NOTHING_SCANNED);
  const [decisions, decide, forgetDecisions] = useKept<Readonly<Record<string, Decision>>>("devices.decisions", {});
  const [awaited, keepAwaited] = useKept<Pairing["seen"]>("devices.awaited", []);
  const maps = useAnswer("GET /api/1/register-maps", {});
  const [filter, setFilter] = useState("");
  const { site } = setUp.file;
  const [gates, keepGates] = useKept<readonly NewGate[]>("devices.gates", []);
  const places = placesOf(site, gates);
  const onNewGate = (name: string): string => {
    const gate = newGate(name, site, gates);
    keepGates([...gates.filter(({ id }) => !(site.portals ?? []).some((portal) => portal.id === id)), gate]);
    return `portal:${gate.id}`;
  };
  const all = [...scanned.found, ...(found.answer?.found ?? [])];
  const rows = rowsOf(candidatesOf(all, pairing.answer, site, awaited), decisions, places, site);
  const ready = rows.filter((row) => row.ready);
  const placeless = rows.filter(({ place, kind, skip }) => place === undefined && !skip && seesCards(kind));
  const onTaken = (taken: readonly Row[]) => {
    const keys = new Set(taken.map(({ candidate }) => candidate.key));
    const left = scanned.found.filter(({ driver, id }) => !keys.has(`${driver} ${id}`));
    if (left.length === 0) forgetScanned(NOTHING_SCANNED);
    else setScanned({ drivers: scanned.drivers, found: left });
    const others = Object.entries(decisions).filter(([key]) => !keys.has(key));
    if (others.length === 0) forgetDecisions({});
    else decide(Object.fromEntries(others));
    keepAwaited((pairing.answer?.seen ?? []).filter(({ user }) => !keys.has(`pairing ${user}`)));
    found.reload();
    pairing.reload();
  };
  const takeRows = useTake({ setUp, scanned, gates, onTaken });
  const refused = useRefused(setUp, rows);
  const later = () =>
    decide({
      ...decisions,
      ...Object.fromEntries(
        placeless.map(({ candidate }) => [candidate.key, { ...decisions[candidate.key], place: `space:${UNPLACED}` }]),
      ),
    });
  const moves = useDoorMoves(setUp, gates, pairing.reload);
  const save = { text: fill(words.saveMoves, { n: moves.chosen }), act: () => void moves.save() };
  const take = { text: fill(words.takeAll, { n: ready.length }), act: () => void takeRows(ready) };
  const next = setUp.site.counts.devices === 0 ? frame.skip : frame.next;
  // What was chosen is saved before anything else: "next" beside it would lose it.
  const main = moves.chosen > 0 ? save : ready.length > 0 ? take : { text: next, act: onNext };
  return (
    <StepFrame
      setUp={refused === undefined ? setUp : { ...setUp, trouble: { is: "problem", problem: refused.problem } }}
      purpose={frame.devicesFor}
      onBack={onBack}
      main={main}
      also={main === save || main === take ? <Button onClick={onNext}>{frame.skip}</Button> : undefined}
    >
      {setUp.site.counts.devices > 0 && (
        <Alert type="success" showIcon title={fill(words.nowThere, { n: setUp.site.counts.devices })} />
      )}
      <PairingBar pairing={pairing} setUp={setUp} />
      <DoorByCard moves={moves} places={places} onNewGate={onNewGate} />
      <CandidateTable
        rows={rows}
        places={places}
        onNewGate={onNewGate}
        maps={maps.answer?.maps ?? []}
        wrong={refused?.wrong ?? NOTHING_WRONG}
        filter={filter}
        onFilter={setFilter}
        onDecide={(key, change) => decide({ ...decisions, [key]: { ...decisions[key], ...change } })}
      />
      {placeless.length > 0 && (
        <div>
          <Button onClick={later}>{fill(words.laterAll, { n: placeless.length })}</Button>{" "}
          <span className="gh-hint">{taking.laterHint}</span>
        </div>
      )}
    </StepFrame>
  );
}
