/** The second package door: what tests of any workspace stand on. */
export { FakeClock, settle } from "./fake-clock.ts";
export { Random } from "./random.ts";
