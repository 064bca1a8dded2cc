/** What somebody on the box may ask about a fire: how the doors stand, and that it is over. */
import { z } from "zod";
import type { Core } from "../core/core.ts";
import type { EgressRelease } from "../core/fire/egress-release.ts";
import { type ControlRequest, controlRequest } from "./request.ts";

export interface FireParts {
  readonly core: Pick<Core, "endFire">;
  readonly egress: Pick<EgressRelease, "status">;
}

const QUICK_MS = 2_000;
/** It is over only once that is on disk. */
const RECORD_MS = 10_000;

export function fireRequests({ core, egress }: FireParts): readonly ControlRequest[] {
  return [
    controlRequest({ name: "fire", params: z.strictObject({}), deadlineMs: QUICK_MS, run: async () => egress.status }),
    controlRequest({
      name: "fire-over",
      params: z.strictObject({ by: z.string().min(1).max(64), note: z.string().max(300).optional() }),
      deadlineMs: RECORD_MS,
      run: async ({ by, note }) => {
        await core.endFire(by, note);
        return egress.status;
      },
    }),
  ];
}
