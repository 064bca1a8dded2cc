/** Request for the spaces as they count now: registered people and limits, and who said so. */
import { formatTime } from "@gatehouse/protocol";
import { z } from "zod";
import type { Core } from "../core/core.ts";
import type { Change } from "../core/overlay/overlay.ts";
import { type ControlRequest, controlRequest } from "./request.ts";

const QUICK_MS = 2_000;

export function spacesRequest(core: Pick<Core, "model" | "state">): ControlRequest {
  return controlRequest({
    name: "spaces",
    params: z.strictObject({}),
    deadlineMs: QUICK_MS,
    run: async () => {
      const { overlay } = core.state;
      const { bundle, revision } = overlay;
      const said = (change: Change<unknown> | undefined) =>
        change === undefined ? null : { by: change.by, at: formatTime(change.atMs, core.model.zone) };
      const spaces = [...core.model.spaces].map(([id, { space, limit }]) => ({
        id,
        registered: space.registered ?? null,
        registeredSet: said(overlay.registered.get(id)),
        limit: limit ?? null,
        limitSet: said(overlay.limits.get(id)),
      }));
      return {
        spaces,
        policies: { revision, set: said(bundle), ids: bundle?.value.policies.map(({ id }) => id) ?? [] },
      };
    },
  });
}
