/** Devices that wait for their door, and which door was chosen for each; kept until it is saved. */
import { useWords } from "../../words/language.ts";
import { setUpDevicesWords } from "../../words/set-up-devices.ts";
import { useAskBeside } from "./ask-beside.tsx";
import { doubledBy, moveEdits, UNPLACED } from "./candidates.ts";
import { useKept } from "./kept-input.ts";
import { gateEdits, type NewGate } from "./places.ts";
import type { Item } from "./site-file.ts";
import type { SetUp } from "./use-set-up.ts";

export interface DoorMoves {
  readonly waiting: readonly Item[];
  /** How many of them have a door that is not saved yet. */
  readonly chosen: number;
  placeOf(id: string): string | undefined;
  /** Another of its kind that stands at the place chosen for it. */
  besideOf(id: string): string | undefined;
  choose(id: string, place: string): void;
  save(): Promise<void>;
}

export function useDoorMoves(setUp: SetUp, gates: readonly NewGate[], onSaved: () => void): DoorMoves {
  const words = useWords(setUpDevicesWords);
  const askBeside = useAskBeside();
  const [moves, keepMoves, forgetMoves] = useKept<Readonly<Record<string, string>>>("devices.moves", {});
  const { site } = setUp.file;
  const waiting = (site.devices ?? []).filter(({ space }) => space === UNPLACED);
  const chosen = Object.entries(moves).filter(([id]) => waiting.some((device) => device.id === id));
  const doubled = doubledBy(new Map(chosen), site);
  return {
    waiting,
    chosen: chosen.length,
    placeOf: (id) => moves[id],
    besideOf: (id) => doubled.find(({ name }) => name === id)?.beside,
    choose: (id, place) => keepMoves({ ...moves, [id]: place }),
    save: async () => {
      if (!(await askBeside(doubled))) return;
      const wanted = chosen.map(([, place]) => place);
      const edits = [...gateEdits(wanted, gates, site, words.yard), ...moveEdits(new Map(chosen), site)];
      if (await setUp.apply(edits, "set-up: doors of devices")) forgetMoves({});
      onSaved();
    },
  };
}
