/** A worker thread: makes the sites it is given, one after the other, and answers with their cases. */
import { parentPort } from "node:worker_threads";
import { labelledSite } from "@gatehouse/device-sim";
import { withhold } from "../withhold.ts";
import { casesOf } from "./cases.ts";
import type { SitePlan } from "./site-plan.ts";

parentPort?.on("message", ({ name, withheld, ...options }: SitePlan) => {
  const { site, ...lived } = labelledSite(options);
  parentPort?.postMessage(casesOf(name, options.kind, { ...lived, site: withhold(site, withheld) }));
});
