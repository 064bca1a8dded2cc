/** A worker thread: makes the sites it is given, one after the other, and answers with their cases. */
import { parentPort } from "node:worker_threads";
import { labelledSite } from "@gatehouse/device-sim";
import { flawed } from "../flaws.ts";
import { casesOf } from "./cases.ts";
import type { SitePlan } from "./site-plan.ts";

parentPort?.on("message", ({ name, flaws, ...options }: SitePlan) => {
  parentPort?.postMessage(casesOf(name, options.kind, flawed(labelledSite(options), flaws)));
});
