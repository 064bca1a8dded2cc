/** The steps of the set-up in their order, and where somebody goes on who left it. */

export const STEPS = ["site", "rooms", "lines", "devices", "tests", "uplink", "finish"] as const;
export type Step = (typeof STEPS)[number];

export interface Standing {
  readonly setUp: boolean;
  /** The first page has what it asks for: name, address code and grid. A new box bears its own name and nobody's grid. */
  readonly described: boolean;
  readonly rooms: number;
  readonly lines: number;
  readonly devices: number;
  readonly untested: number | undefined;
  readonly uplinks: number;
}

/** What a step leaves behind is there. Lines and the platform can be done without: they show as open. */
export function doneSteps(standing: Standing): ReadonlySet<Step> {
  const { setUp, described, rooms, lines, devices, untested, uplinks } = standing;
  const done: Readonly<Record<Step, boolean>> = {
    site: described,
    rooms: rooms > 0,
    lines: lines > 0,
    devices: devices > 0,
    tests: devices > 0 && untested === 0,
    uplink: uplinks > 0,
    finish: setUp,
  };
  return new Set(STEPS.filter((step) => done[step]));
}

/** Where whoever opens the set-up comes to, by whichever button: the first that is not done, else the last. */
export function nextStep(done: ReadonlySet<Step>): Step {
  // Whoever has devices and no line came by without one: not every site has wires.
  return STEPS.find((step) => !done.has(step) && !(step === "lines" && done.has("devices"))) ?? "finish";
}

export const isStep = (text: string): text is Step => (STEPS as readonly string[]).includes(text);
export const after = (step: Step): Step | undefined => STEPS[STEPS.indexOf(step) + 1];
export const before = (step: Step): Step | undefined => STEPS[STEPS.indexOf(step) - 1];
