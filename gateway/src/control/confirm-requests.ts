/** Requests about commands that wait for a second person. */
import { RejectedError } from "@gatehouse/protocol";
import { z } from "zod";
import type { Confirmations } from "../core/commands/confirmations.ts";
import { type ControlRequest, controlRequest } from "./request.ts";

const QUICK_MS = 2_000;

export function confirmRequests(confirmations: Confirmations): readonly ControlRequest[] {
  return [
    controlRequest({
      name: "waiting-commands",
      params: z.strictObject({}),
      deadlineMs: QUICK_MS,
      run: async () => ({ commands: confirmations.waiting }),
    }),
    controlRequest({
      name: "confirm-command",
      params: z.strictObject({ id: z.string().min(1).max(128), by: z.string().min(1).max(64) }),
      deadlineMs: QUICK_MS,
      run: async ({ id, by }) => {
        const reason = confirmations.confirm(id, `local:${by}`);
        if (reason !== undefined) throw new RejectedError(reason);
        return { confirmed: id };
      },
    }),
  ];
}
