/** What the passage proof plays and what it must come to. The least shares were set below what 100,000 gave. */
import type { DOOR_NODE_CONFIG } from "@gatehouse/protocol";
import { CLASSES, type ClassName } from "./classes.ts";

type Setting = Partial<Record<keyof typeof DOOR_NODE_CONFIG, number>>;

export interface PassageRow {
  readonly name: string;
  readonly of: ClassName;
  /** Other than from the factory. */
  readonly settings: Setting;
  /** Share whose count of in and of out is the truth's. */
  readonly least: number;
  /** Beams alone cannot tell it from something else, so that it must not be counted right either: a change here wants a look. */
  readonly most: number;
}

const row = (of: ClassName, least: number, { settings = {}, most = 1 }: { settings?: Setting; most?: number } = {}) => {
  const changed = Object.entries(settings).map(([name, value]) => `, ${name} ${value}`);
  return { name: of + changed.join(""), of, settings, least, most };
};

/** A gap of three times the distance between the beams is an arm's length, and no two people who walk apart. */
const ARM = { settings: { gap: 30 } };

export const PASSAGE_ROWS: readonly PassageRow[] = [
  row("single", 0.999),
  row("slow shuffle", 0.999),
  row("stops and steps back", 0.97),
  row("two close, 60-150 mm", 0.995),
  row("two close, 150-400 mm", 0.995),
  row("back, first beam not left", 0.999),
  row("back, first beam left", 0.99),
  row("back, both beams left", 0.9),
  row("hand or arm", 0.999),
  row("trolley from 700 mm", 0.99),
  row("trolley to 600 mm", 0, { most: 0.05 }),
  row("rush hour", 0.98),
  row("trolley to 600 mm", 0.99, ARM),
  row("two close, 150-400 mm", 0, { ...ARM, most: 0.6 }),
];

export const draw = (of: ClassName) => CLASSES[of];
