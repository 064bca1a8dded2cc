/** One configuration's replay and the files it writes. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { localDay } from "@gatehouse/protocol";
import type { Assessor } from "../core/occupancy/assess.ts";
import type { Estimate, Stand } from "../core/occupancy/estimate.ts";
import { EpisodeBook } from "./episodes.ts";
import { LineFile, unwritable } from "./line-file.ts";
import { NightBook } from "./nights.ts";
import { Replay, zoneOf } from "./replay.ts";
import { TimeWriter } from "./time-text.ts";
import type { Variant } from "./variants.ts";

export class Outcome {
  readonly variant: Variant;
  readonly replay: Replay;
  readonly episodes: EpisodeBook;
  readonly nights = new NightBook();
  readonly #estimates: LineFile;
  readonly #times: TimeWriter;
  readonly #zone: string;

  /** Throws ConfigError when `dir` cannot be written. */
  constructor(variant: Variant, out: string, assessor?: Assessor) {
    const dir = join(out, variant.folder);
    try {
      mkdirSync(dir, { recursive: true });
    } catch (cause) {
      throw unwritable(dir, cause);
    }
    this.variant = variant;
    this.#zone = zoneOf(variant.config);
    this.#times = new TimeWriter(this.#zone);
    this.#estimates = new LineFile(join(dir, "estimates.ndjson"));
    this.episodes = new EpisodeBook(join(dir, "alerts.ndjson"));
    this.replay = new Replay({
      config: variant.config,
      assessor,
      onEstimate: (space, nowMs, estimate, sampled) => this.#estimate(space, nowMs, estimate, sampled),
      onAlert: (alert) => this.episodes.record(alert),
    });
  }

  close(): void {
    this.#estimates.close();
    this.episodes.close();
  }

  /** Written by hand: the ids are plain, and there are a million of them. */
  #estimate(space: string, nowMs: number, estimate: Estimate, sampled: boolean): void {
    const at = this.#times.write(nowMs);
    const { present, presentLow, presentHigh, residing, low, high, pOver } = estimate;
    const more = sampled ? standText(estimate.stand) : "";
    this.#estimates.write(
      `{"space":"${space}","at":"${at}","present":${present},"presentLow":${presentLow},"presentHigh":${presentHigh},"residing":${residing},"low":${low},"high":${high},"pOver":${pOver}${more}}`,
    );
    if (!sampled) return;
    const day = localDay(nowMs, this.#zone);
    if (at.startsWith("03:00", 11)) this.nights.add(space, day, estimate);
    else this.nights.judge(space, day, estimate);
  }
}

/** Only where there is something to say. */
function standText({ abstains, ...sign }: Stand): string {
  const fields = { ...(sign.sign === "none" ? {} : sign), ...(abstains === null ? {} : { abstains }) };
  const text = JSON.stringify(fields);
  return text === "{}" ? "" : `,${text.slice(1, -1)}`;
}
