/** A worker thread: judges the sites it is given, one after the other. */
import { parentPort } from "node:worker_threads";
import { labelledSite } from "@gatehouse/device-sim";
import { type Flaws, flawed } from "../flaws.ts";
import type { SitePlan } from "../train/site-plan.ts";
import { judgeSite } from "./judge-site.ts";
import { readLabelledSite } from "./recorded-site.ts";

/** A site to make, or the folder of one that was made by somebody else. */
export type Task =
  | { readonly plan: SitePlan }
  | { readonly folder: string; readonly name: string; readonly flaws: Flaws };

parentPort?.on("message", (task: Task) => {
  const { name, flaws, ...from } = "folder" in task ? task : task.plan;
  const lived = "folder" in from ? readLabelledSite(from.folder) : labelledSite(from);
  parentPort?.postMessage(judgeSite(name, flawed(lived, flaws)));
});
