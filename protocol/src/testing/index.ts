export { FakeClock, settle } from "./fake-clock.ts";
export { Random } from "./random.ts";
