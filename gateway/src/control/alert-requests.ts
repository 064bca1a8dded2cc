/** Requests about alerts, patrols and compliance. */
import { z } from "zod";
import { siteCompliance } from "../core/compliance/streak.ts";
import type { Core } from "../core/core.ts";
import { patrolList } from "../core/patrol/list.ts";
import { type ControlRequest, controlRequest } from "./request.ts";

const QUICK_MS = 2_000;

/** `closed` also asks for those that are over. */
export const AlertsParams = z.strictObject({ closed: z.boolean().default(false), id: z.string().max(64).optional() });

export const alertRequests = (core: Pick<Core, "state">): readonly ControlRequest[] => [
  controlRequest({
    name: "alerts",
    params: AlertsParams,
    deadlineMs: QUICK_MS,
    run: async ({ closed, id }) => {
      const all = [...core.state.alerts.values()].map(({ alert }) => alert);
      const wanted = all.filter((alert) =>
        id === undefined ? closed || alert.state !== "closed" || alert.clearedAt === null : alert.id === id,
      );
      return { alerts: wanted.sort((a, b) => (a.id < b.id ? -1 : 1)) };
    },
  }),
  controlRequest({
    name: "patrols",
    params: z.strictObject({}),
    deadlineMs: QUICK_MS,
    run: async () => ({ patrols: patrolList(core.state) }),
  }),
  controlRequest({
    name: "compliance",
    params: z.strictObject({}),
    deadlineMs: QUICK_MS,
    run: async () => ({ compliance: siteCompliance(core.state) }),
  }),
];
