/** A door board on a pty, its bridge and a gateway, and what the gateway has on disk of it. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Rig } from "./rig.ts";

export interface JournalRow {
  readonly device: string;
  readonly epoch?: number;
  readonly seq?: number;
  readonly at?: string;
  readonly kind: string;
  readonly value?: unknown;
}

const door = (id: string, kind: string) => ({ id, kind, portal: "door-count-0001", watch: false });
const inFlat = (id: string, kind: string) => ({ id, kind, space: "flat-count-0001", watch: false });

/** The lock has a password, as every device should: a wrong one would be refused over loopback too. */
export const boardSections = (link: string, password?: string) => ({
  devices: [
    door("count-0001", "counter"),
    door("contact-1", "contact"),
    { ...door("lock-1", "lock"), ...(password === undefined ? {} : { password: { file: password } }) },
    door("fire-1", "fire-input"),
    inFlat("window-1", "contact"),
    inFlat("motion-1", "presence"),
    inFlat("clamp-1", "energy-meter"),
    inFlat("lamp-1", "board"),
  ],
  boards: [
    {
      id: "node-1",
      link,
      counter: "count-0001",
      door: "contact-1",
      locks: ["lock-1"],
      fire: "fire-1",
      sensors: [
        { device: "window-1", type: "switch", pin: 10, reads: "door" },
        { device: "motion-1", type: "motion", pin: 11 },
        { device: "clamp-1", type: "level", pin: "A0", reads: "power", scale: 2, everySeconds: 2 },
        { device: "lamp-1", type: "indicator", pin: 12 },
      ],
    },
  ],
});

/** What the gateway has on disk, of that device or of all; what it says of itself is left out. */
export function journalOf(rig: Rig, device?: string): JournalRow[] {
  const db = new DatabaseSync(join(rig.stateDir, "gatehouse.db"), { readOnly: true });
  try {
    const rows = db.prepare("SELECT body FROM journal WHERE type = 'reading' ORDER BY seq").all();
    const all = rows.map(({ body }) => JSON.parse(String(body)) as JournalRow);
    return all.filter((row) => row.seq !== undefined && (device === undefined || row.device === device));
  } finally {
    db.close();
  }
}

export const kindsOf = (rig: Rig, device: string): string[] => journalOf(rig, device).map(({ kind }) => kind);
