/** Finds a device's door by holding a card to it: who sees the card lights up, and gets the room one stands at. */

import { systemClock } from "@gatehouse/protocol";
import { Alert, Button, Flex, Tag } from "antd";
import { useState } from "react";
import { useLive } from "../../client/use-answer.ts";
import { useLiveState } from "../../shell/box.ts";
import { fill, useWords } from "../../words/language.ts";
import { setUpDevicesWords } from "../../words/set-up-devices.ts";
import { setUpTakingWords } from "../../words/set-up-taking.ts";
import { useAskBeside } from "./ask-beside.tsx";
import { type DeviceKind, doubledBy, moveEdits, UNPLACED } from "./candidates.ts";
import { IdentifyButton } from "./identify-button.tsx";
import { useKept } from "./kept-input.ts";
import { PlaceChoice } from "./place-choice.tsx";
import { gateEdits, type NewGate, type Places } from "./places.ts";
import { PlateScan } from "./plate-scan.tsx";
import { type LitDevice, litDevices } from "./seen-cards.ts";
import type { SetUp } from "./use-set-up.ts";

interface DoorByCardProps {
  readonly setUp: SetUp;
  readonly places: Places;
  readonly gates: readonly NewGate[];
  readonly onNewGate: (name: string) => string;
  readonly onSaved: () => void;
}

export function DoorByCard({ setUp, places, gates, onNewGate, onSaved }: DoorByCardProps) {
  const words = useWords(setUpDevicesWords);
  const [lit, setLit] = useState<readonly LitDevice[]>([]);
  const askBeside = useAskBeside();
  const listens = useLiveState() === "up";
  const [moves, keepMoves, forgetMoves] = useKept<Readonly<Record<string, string>>>("devices.moves", {});
  const waiting = (setUp.file.site.devices ?? []).filter(({ space }) => space === UNPLACED);
  useLive({ watch: waiting.length > 0 ? ["readings"] : [] }, (message) => {
    if (message.about === "readings") setLit((now) => litDevices(now, message.readings, systemClock.nowMs()));
  });
  if (waiting.length === 0) return null;
  const rank = (id: string): number => {
    const at = lit.findIndex(({ device }) => device === id);
    return at === -1 ? lit.length : at;
  };
  const ordered = waiting.toSorted((a, b) => rank(a.id) - rank(b.id));
  const chosen = Object.entries(moves).filter(([id]) => waiting.some((device) => device.id === id));
  const { site } = setUp.file;
  const doubled = doubledBy(new Map(chosen), site);
  const save = async () => {
    if (!(await askBeside(doubled))) return;
    const wanted = chosen.map(([, place]) => place);
    const edits = [...gateEdits(wanted, gates, site, words.yard), ...moveEdits(new Map(chosen), site)];
    if (await setUp.apply(edits, "set-up: doors of devices")) forgetMoves({});
    onSaved();
  };
  return (
    <section className="gh-wide" aria-label={words.waiting}>
      <h2>
        {words.waiting} ({waiting.length})
      </h2>
      <Alert type="info" showIcon title={words.waitingHint} />
      <p className="gh-hint" aria-live="polite">
        {lit.length > 0 ? "" : listens ? words.listeningCards : words.notListening}
      </p>
      <ul className="gh-rows">
        {ordered.map(({ id, kind }) => (
          <WaitingDevice
            key={id}
            id={id}
            kind={kind as DeviceKind}
            lit={lit.find(({ device }) => device === id)}
            places={places}
            place={moves[id]}
            beside={doubled.find(({ name }) => name === id)?.beside}
            onNewGate={onNewGate}
            onPlace={(place) => keepMoves({ ...moves, [id]: place })}
          />
        ))}
      </ul>
      {chosen.length > 0 && (
        <Button type="primary" loading={setUp.busy !== "no"} onClick={() => void save()}>
          {fill(words.saveMoves, { n: chosen.length })}
        </Button>
      )}
    </section>
  );
}

interface WaitingDeviceProps {
  readonly id: string;
  readonly kind: DeviceKind;
  readonly lit: LitDevice | undefined;
  readonly places: Places;
  readonly place: string | undefined;
  readonly beside: string | undefined;
  readonly onNewGate: (name: string) => string;
  readonly onPlace: (place: string) => void;
}

function WaitingDevice({ id, kind, lit, places, place, beside, onNewGate, onPlace }: WaitingDeviceProps) {
  const taking = useWords(setUpTakingWords);
  const words = useWords(setUpDevicesWords);
  return (
    <li className={lit === undefined ? "gh-waiting" : "gh-waiting gh-lit"}>
      <Flex gap="small" wrap align="center">
        <strong dir="auto">{id}</strong>
        {lit !== undefined && <Tag color="success">{lit.card ? words.lit : words.used}</Tag>}
        <IdentifyButton device={id} />
      </Flex>
      <Flex gap="small" wrap>
        <div className="gh-place">
          <PlaceChoice
            label={`${words.place} ${id}`}
            places={places}
            kind={kind}
            place={place}
            onNewGate={onNewGate}
            onPlace={onPlace}
          />
          {beside !== undefined && <Tag color="warning">{fill(taking.beside, { name: beside })}</Tag>}
        </div>
        <PlateScan places={places} kind={kind} onPlace={onPlace} />
      </Flex>
    </li>
  );
}
