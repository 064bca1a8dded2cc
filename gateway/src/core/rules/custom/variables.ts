/** The names an operator's expression may use, with their types and what they stand for. */
import type { CustomRule } from "@gatehouse/protocol";

export type VariableType = "int" | "double" | "string" | "bool";
export type Moment = CustomRule["when"];

export interface Variable {
  readonly type: VariableType;
  readonly says: string;
  /** Only in rules judged at readings. */
  readonly reading?: true;
}

export const VARIABLES = {
  hour: { type: "int", says: "local hour, 0 to 23" },
  minute: { type: "int", says: "local minute, 0 to 59" },
  weekday: { type: "int", says: "1 Monday to 7 Sunday" },
  night: { type: "bool", says: "within the night window of the space's policy" },
  dayOff: { type: "bool", says: "Saturday, Sunday or a day off of the site's calendar" },
  space: { type: "string", says: "id of the space" },
  spaceKind: { type: "string", says: "`flat`, `room`, `shed`, …" },
  risk: { type: "string", says: "risk colour of the space" },
  limit: { type: "int", says: "how many persons the space may hold" },
  registered: { type: "int", says: "how many are registered there" },
  present: { type: "int", says: "persons inside now" },
  presentLow: { type: "int", says: "… at least" },
  presentHigh: { type: "int", says: "… at most" },
  residing: { type: "int", says: "persons who live there" },
  residingLow: { type: "int", says: "… at least" },
  residingHigh: { type: "int", says: "… at most" },
  pOver: { type: "double", says: "probability that more live there than the limit allows, 0 to 1" },
  kind: { type: "string", says: "kind of the reading, as `door.opened`", reading: true },
  device: { type: "string", says: "id of the device", reading: true },
  deviceKind: { type: "string", says: "`lock`, `counter`, …", reading: true },
  portal: { type: "string", says: "id of the portal, empty without one", reading: true },
  role: { type: "string", says: "role of the credential: `tenant`, `staff`, …, or empty", reading: true },
  value: { type: "double", says: "number of the reading, 0 without one", reading: true },
} as const satisfies Record<string, Variable>;

export type VariableName = keyof typeof VARIABLES;
export type Scalar = string | number | boolean;
/** What is known at a moment; what is not known (no limit, nothing sensed yet) is left out. */
export type Facts = Partial<Record<VariableName, Scalar>>;

export const isVariable = (name: string): name is VariableName => Object.hasOwn(VARIABLES, name);

export const variablesFor = (when: Moment): VariableName[] =>
  (Object.keys(VARIABLES) as VariableName[]).filter(
    (name) => when === "reading" || (VARIABLES[name] as Variable).reading !== true,
  );
