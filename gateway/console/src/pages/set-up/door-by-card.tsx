/** Finds a device's door by holding a card to it: who sees the card lights up, and gets the room one stands at. */

import { systemClock } from "@gatehouse/protocol";
import { Alert, Flex, Tag } from "antd";
import { useEffect, useRef, useState } from "react";
import { useLive } from "../../client/use-answer.ts";
import { Steady } from "../../parts/steady.tsx";
import { useLiveState } from "../../shell/box.ts";
import { fill, useWords } from "../../words/language.ts";
import { setUpDevicesWords } from "../../words/set-up-devices.ts";
import { setUpTakingWords } from "../../words/set-up-taking.ts";
import type { DeviceKind } from "./candidates.ts";
import type { DoorMoves } from "./door-moves.ts";
import { IdentifyButton } from "./identify-button.tsx";
import { PlaceChoice } from "./place-choice.tsx";
import type { Places } from "./places.ts";
import { PlateScan } from "./plate-scan.tsx";
import { type LitDevice, litDevices } from "./seen-cards.ts";

interface DoorByCardProps {
  readonly moves: DoorMoves;
  readonly places: Places;
  readonly onNewGate: (name: string) => string;
}

export function DoorByCard({ moves, places, onNewGate }: DoorByCardProps) {
  const words = useWords(setUpDevicesWords);
  const [lit, setLit] = useState<readonly LitDevice[]>([]);
  const listens = useLiveState() === "up";
  const { waiting } = moves;
  useLive({ watch: waiting.length > 0 ? ["readings"] : [] }, (message) => {
    if (message.about === "readings") setLit((now) => litDevices(now, message.readings, systemClock.nowMs()));
  });
  if (waiting.length === 0) return null;
  const rank = (id: string): number => {
    const at = lit.findIndex(({ device }) => device === id);
    return at === -1 ? lit.length : at;
  };
  const ordered = waiting.toSorted((a, b) => rank(a.id) - rank(b.id));
  return (
    <section className="gh-wide" aria-label={words.waiting}>
      <h2>
        {words.waiting} ({waiting.length})
      </h2>
      <Alert type="info" showIcon title={words.waitingHint} />
      <p className="gh-hint" aria-live="polite">
        {listens ? words.listeningCards : words.notListening}
      </p>
      <ul className="gh-rows">
        {ordered.map(({ id, kind }) => (
          <WaitingDevice
            key={id}
            id={id}
            kind={kind as DeviceKind}
            lit={lit.find(({ device }) => device === id)}
            places={places}
            place={moves.placeOf(id)}
            beside={moves.besideOf(id)}
            onNewGate={onNewGate}
            onPlace={(place) => moves.choose(id, place)}
          />
        ))}
      </ul>
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
  const box = useShownWhen(lit?.atMs);
  return (
    <li ref={box} className={lit === undefined ? "gh-waiting" : "gh-waiting gh-lit"}>
      <Steady className="gh-row">
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
      </Steady>
    </li>
  );
}

/** Brought onto the screen each time `atMs` is another, unless somebody is choosing just now. */
function useShownWhen(atMs: number | undefined) {
  const box = useRef<HTMLLIElement>(null);
  useEffect(() => {
    const choosing = document.querySelector('main [aria-expanded="true"], [role="dialog"]') !== null;
    if (atMs !== undefined && !choosing) box.current?.scrollIntoView({ block: "nearest" });
  }, [atMs]);
  return box;
}
