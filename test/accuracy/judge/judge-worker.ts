/** A worker thread: judges the sites it is given, one after the other. */
import { parentPort } from "node:worker_threads";
import { labelledSite } from "@gatehouse/device-sim";
import type { SitePlan } from "../train/site-plan.ts";
import { judgeSite } from "./judge-site.ts";
import { readLabelledSite } from "./recorded-site.ts";

/** A site to make, or the folder of one that was made by somebody else. */
export type Task = { readonly plan: SitePlan } | { readonly folder: string; readonly name: string };

parentPort?.on("message", (task: Task) => {
  if ("folder" in task) parentPort?.postMessage(judgeSite(task.name, readLabelledSite(task.folder)));
  else {
    const { name, ...options } = task.plan;
    parentPort?.postMessage(judgeSite(name, labelledSite(options)));
  }
});
