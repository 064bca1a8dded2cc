/** Request for the devices that drivers found and nobody has bound yet. */
import { z } from "zod";
import type { FoundList } from "../core/found-devices.ts";
import { type ControlRequest, controlRequest } from "./request.ts";

const QUICK_MS = 2_000;

export function foundRequest(found: Pick<FoundList, "list">): ControlRequest {
  return controlRequest({
    name: "found-devices",
    params: z.strictObject({ driver: z.string().min(1).max(64).optional() }),
    deadlineMs: QUICK_MS,
    run: async ({ driver }) => found.list(driver),
  });
}
