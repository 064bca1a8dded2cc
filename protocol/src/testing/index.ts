/** The second package door: what tests of any workspace stand on. */
export { FakeClock, settle } from "./fake-clock.ts";
export { type OsdpVector, type OsdpVectorFile, osdpScenarios, readOsdpVectors } from "./osdp-vectors.ts";
export { Random } from "./random.ts";
export { tck } from "./tck.ts";
