/** A replay from files to files: site, policy and readings in; alerts, estimates and report out. */
import { once } from "node:events";
import { createWriteStream, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Clock, ConfigError, checkSite } from "@gatehouse/protocol";
import { loadPolicy } from "../config/policies.ts";
import { loadSite } from "../config.ts";
import type { CoreConfig } from "../core/model.ts";
import { driverTypes } from "../drivers/index.ts";
import { uplinkTypes } from "../uplinks/index.ts";
import { readLines } from "./lines.ts";
import { type EstimateLine, Replay, type ReplaySummary } from "./replay.ts";
import { reportPage } from "./report.ts";

export interface ReplayFiles {
  readonly site: string;
  readonly readings: string;
  readonly out: string;
  readonly policy?: string;
  readonly until?: string;
}

export interface ReplayProgress {
  at(share: number, note: string): void;
  end(note: string): void;
}

const FLUSH_CHARS = 1 << 20;

/** Throws ConfigError for anything in the files that the operator must change. */
export async function replayFiles(flags: ReplayFiles, bar: ReplayProgress, clock: Clock): Promise<ReplaySummary> {
  const untilMs = flags.until === undefined ? undefined : Date.parse(flags.until);
  if (Number.isNaN(untilMs))
    throw new ConfigError({
      path: "--until",
      reason: `"${flags.until}" is no time`,
      fix: "write it as 2026-03-01T00:00:00+08:00",
    });
  const config = configFor(flags);
  mkdirSync(flags.out, { recursive: true });
  const estimates = createWriteStream(join(flags.out, "estimates.ndjson"));
  const nights = new Map<string, EstimateLine[]>();
  let pending = "";
  const run = new Replay({
    config,
    untilMs,
    onEstimate: (line) => {
      pending += `${JSON.stringify(line)}\n`;
      if (line.at.slice(11, 19) !== "03:00:00") return;
      const series = nights.get(line.space) ?? [];
      nights.set(line.space, series);
      series.push(line);
    },
  });
  const startedMs = clock.monoMs();
  let count = 0;
  for await (const { lines, share } of readLines(flags.readings)) {
    const more = lines.every((line) => run.line(line));
    count += lines.length;
    bar.at(share, `${count.toLocaleString("en")} readings`);
    if (pending.length > FLUSH_CHARS) {
      if (!estimates.write(pending)) await once(estimates, "drain");
      pending = "";
    }
    if (!more) break;
  }
  const summary = run.finish();
  const seconds = (clock.monoMs() - startedMs) / 1000;
  bar.end(`${summary.readings.toLocaleString("en")} readings in ${seconds.toFixed(1)} s`);
  estimates.end(pending);
  await once(estimates, "close");
  const alerts = run.episodes;
  writeFileSync(join(flags.out, "alerts.ndjson"), alerts.map((alert) => `${JSON.stringify(alert)}\n`).join(""));
  if (summary.from !== null)
    writeFileSync(join(flags.out, "report.html"), reportPage(summary, run.state, nights, alerts));
  return summary;
}

function configFor(flags: ReplayFiles): CoreConfig {
  const loaded = loadSite(flags.site, { driverTypes, uplinkTypes, secrets: false });
  const policies = new Map(loaded.policies);
  const { rules } = loaded;
  if (flags.policy === undefined) return { site: loaded.site, policies: [...policies.values()], rules };
  const policy = loadPolicy(flags.policy);
  policies.set(policy.id, policy);
  const used = loaded.site.policies.some((use) => use.use === policy.id);
  const site = used ? loaded.site : { ...loaded.site, policies: [{ use: policy.id }] };
  const problems = checkSite(site, policies);
  if (problems.length > 0) throw new ConfigError(problems);
  return { site, policies: [...policies.values()], rules };
}
