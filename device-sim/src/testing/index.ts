/** The door for other workspaces' tests: programs for simulated boards. */
export { type AvrBuild, type AvrImage, buildAvr } from "./build-avr.ts";
