/** The fourth step: new devices with what they become and where they belong, and those whose door is found with a card. */
import { Alert, Button } from "antd";
import { useState } from "react";
import { useAnswer } from "../../client/use-answer.ts";
import { call } from "../../shell/box.ts";
import { fill, useWords } from "../../words/language.ts";
import { setUpWords } from "../../words/set-up.ts";
import { setUpDevicesWords } from "../../words/set-up-devices.ts";
import { CandidateTable } from "./candidate-table.tsx";
import {
  candidatesOf,
  type Decision,
  placeKeys,
  placesOf,
  type Row,
  rowsOf,
  takeEdits,
  UNPLACED,
  unplacedEdits,
} from "./candidates.ts";
import { DoorByCard } from "./door-by-card.tsx";
import { useKept } from "./kept-input.ts";
import { PairingBar } from "./pairing-bar.tsx";
import { NOTHING_SCANNED, type Scanned } from "./scanned.ts";
import { StepFrame, type StepProps } from "./step-frame.tsx";
import type { SetUp } from "./use-set-up.ts";

/** Found ones and those of MQTT in one change: the pairing window does not outlive the restart that a change brings. */
function useTake(setUp: SetUp, scanned: Scanned, onTaken: (taken: readonly Row[]) => void) {
  const words = useWords(setUpDevicesWords);
  return async (rows: readonly Row[]) => {
    const { site } = setUp.file;
    const adopted = rows.filter(({ candidate, ready }) => ready && candidate.from === "pairing");
    const waits = adopted.some(({ place }) => place === `space:${UNPLACED}`);
    const found = takeEdits(rows, site, scanned.drivers, words.waiting);
    const space = found.some(({ path }) => path === "spaces") ? [] : unplacedEdits(waits, site, words.waiting);
    const edits = [...space, ...found];
    const devices = adopted.flatMap(({ candidate, kind, place }) =>
      kind === undefined || place === undefined ? [] : [{ user: candidate.name, kind, ...placeKeys(place) }],
    );
    const done = await setUp.change(async (hash) => {
      if (devices.length > 0) await call("POST /api/1/pairing/adopt", { body: { hash, devices, edits } });
      else await call("PATCH /api/1/config", { body: { hash, edits, note: "set-up: devices" } });
      return true;
    });
    if (done === true) onTaken(rows);
  };
}

export function DevicesStep({ setUp, onNext, onBack }: StepProps) {
  const words = useWords(setUpDevicesWords);
  const frame = useWords(setUpWords);
  const found = useAnswer("GET /api/1/found-devices", {}, { reloadOn: ["devices"] });
  const pairing = useAnswer("GET /api/1/pairing", {}, { reloadOn: ["devices"] });
  const [scanned, setScanned, forgetScanned] = useKept<Scanned>("scan.found", NOTHING_SCANNED);
  const [decisions, decide, forgetDecisions] = useKept<Readonly<Record<string, Decision>>>("devices.decisions", {});
  const [filter, setFilter] = useState("");
  const places = placesOf(setUp.file.site);
  const all = [...scanned.found, ...(found.answer?.found ?? [])];
  const rows = rowsOf(candidatesOf(all, pairing.answer, setUp.file.site), decisions, places);
  const ready = rows.filter((row) => row.ready);
  const open = rows.filter((row) => !row.ready && !row.skip);
  const take = useTake(setUp, scanned, (taken) => {
    const keys = new Set(taken.map(({ candidate }) => candidate.key));
    const left = scanned.found.filter(({ driver, id }) => !keys.has(`${driver} ${id}`));
    if (left.length === 0) forgetScanned(NOTHING_SCANNED);
    else setScanned({ drivers: scanned.drivers, found: left });
    forgetDecisions({});
    found.reload();
    pairing.reload();
  });
  const known = open.filter(({ kind }) => kind !== undefined);
  const later = () =>
    decide({
      ...decisions,
      ...Object.fromEntries(
        known.map(({ candidate }) => [candidate.key, { ...decisions[candidate.key], place: `space:${UNPLACED}` }]),
      ),
    });
  const main =
    ready.length > 0
      ? { text: fill(words.takeAll, { n: ready.length }), act: () => void take(ready) }
      : { text: setUp.site.counts.devices === 0 ? frame.skip : frame.next, act: onNext };
  return (
    <StepFrame
      setUp={setUp}
      purpose={frame.devicesFor}
      onBack={onBack}
      main={main}
      also={ready.length > 0 ? <Button onClick={onNext}>{frame.skip}</Button> : undefined}
    >
      {setUp.site.counts.devices > 0 && (
        <Alert type="success" showIcon title={fill(words.nowThere, { n: setUp.site.counts.devices })} />
      )}
      <PairingBar pairing={pairing} />
      <CandidateTable
        rows={rows}
        places={places}
        filter={filter}
        onFilter={setFilter}
        onDecide={(key, change) => decide({ ...decisions, [key]: { ...decisions[key], ...change } })}
      />
      {known.length > 0 && <Button onClick={later}>{fill(words.laterAll, { n: known.length })}</Button>}
      <DoorByCard setUp={setUp} places={places} />
    </StepFrame>
  );
}
