/** What a platform tells about residents. */
import type { Doing } from "../deeds/deed.ts";
import { learnPlatform } from "./residence.ts";

export const tellResidence: Doing<"tell-residence"> = (state, told, { nowMs }) => {
  learnPlatform(state, told, nowMs);
  return {};
};
