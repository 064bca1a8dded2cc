/** The steps of the set-up in their order, and where somebody goes on who left it. */

export const STEPS = ["site", "rooms", "lines", "devices", "tests", "uplink", "finish"] as const;
export type Step = (typeof STEPS)[number];

export interface Standing {
  readonly setUp: boolean;
  /** Somebody gave the site a name: a new box bears its own. */
  readonly named: boolean;
  readonly rooms: number;
  readonly lines: number;
  readonly devices: number;
  readonly untested: number | undefined;
  readonly uplinks: number;
}

/** What a step leaves behind is there. Lines and the platform can be done without: they show as open, and hold nobody up. */
export function doneSteps(standing: Standing): ReadonlySet<Step> {
  const { setUp, named, rooms, lines, devices, untested, uplinks } = standing;
  const done: Readonly<Record<Step, boolean>> = {
    site: named,
    rooms: rooms > 0,
    lines: lines > 0,
    devices: devices > 0,
    tests: devices > 0 && untested === 0,
    uplink: uplinks > 0,
    finish: setUp,
  };
  return new Set(STEPS.filter((step) => done[step]));
}

/** The first that holds the rest up, else the last. */
export function nextStep(done: ReadonlySet<Step>): Step {
  const needed: readonly Step[] = ["site", "rooms", "devices", "tests"];
  return needed.find((step) => !done.has(step)) ?? "finish";
}

export const isStep = (text: string): text is Step => (STEPS as readonly string[]).includes(text);
export const after = (step: Step): Step | undefined => STEPS[STEPS.indexOf(step) + 1];
export const before = (step: Step): Step | undefined => STEPS[STEPS.indexOf(step) - 1];
