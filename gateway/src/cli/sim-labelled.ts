/** `gatehouse sim --labelled`: a simulated site whose truth is known, written as files to measure estimates with. */

import type { LabelledOptions } from "@gatehouse/device-sim";
import { ConfigError, systemClock } from "@gatehouse/protocol";
import { progressBar } from "./progress.ts";

export interface LabelledFlags {
  readonly labelled: string;
  readonly seed: string;
  readonly out?: string;
  readonly people?: string;
  readonly faults?: string;
  readonly days?: string;
  readonly spaces?: string;
}

export async function writeLabelled(flags: LabelledFlags): Promise<void> {
  const { out } = flags;
  if (out === undefined) {
    throw new ConfigError({ path: "--out", reason: "is missing", fix: "name the folder to write the site into" });
  }
  const { labelledSite, writeLabelledSite } = await import("@gatehouse/device-sim");
  // The options are checked whole by labelledSite, which names the one that is wrong.
  const options = {
    kind: flags.labelled,
    seed: flags.seed,
    ...(flags.people === undefined ? {} : { people: flags.people }),
    ...(flags.faults === undefined ? {} : { faults: flags.faults }),
    ...(flags.days === undefined ? {} : { days: Number(flags.days) }),
    ...(flags.spaces === undefined ? {} : { spaces: Number(flags.spaces) }),
  } as LabelledOptions;
  const site = labelledSite(options);
  const progress = progressBar("sim", systemClock);
  await writeLabelledSite(out, site, (written) => progress.at(written / site.count, `${written} readings`));
  progress.end(`${site.count} readings`);
  const spaces = Object.values(site.truth.spaces);
  const over = spaces.filter(({ overLimit }) => overLimit.length > 0).length;
  process.stdout.write(
    `${out}: ${site.count} readings of ${site.truth.days} days, ${spaces.length} spaces, ${over} over the limit at some time\n`,
  );
}
