/** A replay from beginning to end: site, policies and readings in; alerts, estimates and report out. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Clock, ConfigError, formatTime } from "@gatehouse/protocol";
import { Forerunner } from "./forerunner.ts";
import { Intake } from "./intake.ts";
import { unwritable } from "./line-file.ts";
import { parseMoment } from "./moment.ts";
import { Outcome } from "./outcome.ts";
import { zoneOf } from "./replay.ts";
import { openSource, type Piece, type Source, type SourceFlags } from "./sources.ts";
import { type ReplaySummary, summaryOf } from "./summary.ts";
import { type Variant, type VariantFlags, variantsOf } from "./variants.ts";

export interface ReplayFlags extends VariantFlags {
  readonly source: SourceFlags;
  readonly out: string;
  readonly until?: string | undefined;
}

export interface ReplayProgress {
  at(share: number, note: string): void;
  end(note: string): void;
}

/** Throws ConfigError for anything the operator must change. */
export async function replayFiles(flags: ReplayFlags, bar: ReplayProgress, clock: Clock): Promise<ReplaySummary> {
  const startedMs = clock.monoMs();
  const untilMs = parseMoment("--until", flags.until);
  using forerunner = Forerunner.create();
  using source = openSource(flags.source);
  const variants = variantsOf(source.grounds, flags);
  const [first, ...others] = variants;
  const configs = variants.map(({ config }) => config);
  forerunner?.begin(configs, untilMs);
  const make = (variant: Variant, index: number) => new Outcome(variant, flags.out, forerunner?.assessorOf(index));
  const outcomes = [make(first, 0), ...others.map((variant, index) => make(variant, index + 1))] as const;
  const pieces = forerunner?.ahead(source.pieces()) ?? source.pieces();
  const intake = new Intake();
  // Loaded while the first readings are on their way.
  const report = import("./report/page.ts");
  let firstMs: number | undefined;
  try {
    firstMs = await replayAll(pieces, intake, outcomes, untilMs, bar);
  } finally {
    for (const outcome of outcomes) outcome.close();
  }
  if (firstMs === undefined || intake.tally.accepted === 0) throw nothingIn(source, intake);
  const summary = summaryOf(intake, outcomes, firstMs, (ms) => formatTime(ms, zoneOf(first.config)));
  const { reportPage } = await report;
  const page = join(flags.out, "report.html");
  try {
    writeFileSync(page, reportPage(summary, outcomes));
  } catch (cause) {
    throw cause instanceof Error && "syscall" in cause ? unwritable(page, cause) : cause;
  }
  const seconds = (clock.monoMs() - startedMs) / 1000;
  bar.end(`${summary.readings.toLocaleString("en")} readings in ${seconds.toFixed(1)} s`);
  return { ...summary, notes: [...source.notes(), ...summary.notes] };
}

/** Returns the time of the first reading. Throws ConfigError when it comes after `untilMs`. */
async function replayAll(
  pieces: AsyncIterable<Piece>,
  intake: Intake,
  outcomes: readonly [Outcome, ...Outcome[]],
  untilMs: number | undefined,
  bar: ReplayProgress,
): Promise<number | undefined> {
  const [base, ...compared] = outcomes;
  let [firstMs, nextMs]: (number | undefined)[] = [];
  read: for await (const { lines, share } of pieces) {
    for (const line of lines()) {
      const recorded = intake.take(line);
      if (recorded === undefined) continue;
      if (untilMs !== undefined && recorded.receivedMs > untilMs) {
        intake.skip();
        nextMs = recorded.receivedMs;
        break read;
      }
      firstMs ??= recorded.receivedMs;
      intake.settle(recorded, base.replay.take(recorded));
      for (const { replay } of compared) replay.take(recorded);
    }
    bar.at(share, `${intake.tally.readings.toLocaleString("en")} readings`);
  }
  if (firstMs === undefined && nextMs !== undefined) throw endsBefore(nextMs, zoneOf(base.variant.config));
  if (untilMs !== undefined && firstMs !== undefined) for (const { replay } of outcomes) replay.advance(untilMs);
  return firstMs;
}

const endsBefore = (firstMs: number, zone: string): ConfigError => {
  const reason = `is before the first reading, which came at ${formatTime(firstMs, zone)}`;
  return new ConfigError({ path: "--until", reason, fix: "give a later time" });
};

function nothingIn({ name }: Source, intake: Intake): ConfigError {
  const { readings, problems } = intake.tally;
  if (readings === 0) {
    const fix = "give a file with one accepted reading a line";
    return new ConfigError({ path: name, reason: "there are no readings in it", fix });
  }
  const reason = `none of its ${readings} readings could be used: ${[...problems.slice(0, 3), ...intake.notes()].join("; ")}`;
  return new ConfigError({ path: name, reason, fix: "check that the file and the site belong together" });
}
