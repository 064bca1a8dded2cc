/** The package door: the process that owns door boards, and a look at one of them. */
export { type BridgeOptions, runBridge } from "./bridge.ts";
export { type FlashOptions, type FlashResult, flashBoard } from "./flashing/flash-board.ts";
export { type FlashImage, imageFromFile, RELEASED_FIRMWARE, releasedImage } from "./flashing/image.ts";
export { updateApart } from "./flashing/update-apart.ts";
export type { UpdateTask } from "./flashing/update-process.ts";
export { type BoardFacts, type Inspection, inspectBoard, type SelfTest } from "./inspect-board.ts";
export type { Logger } from "./log.ts";
export { type ListedPort, parsePlace, portsOfUsb } from "./place.ts";
export { type BridgedBoard, type RunBoardOptions, runBoard } from "./run-board.ts";
export { listedPorts, openWire, type ResettingWire, type Wire } from "./wire.ts";
