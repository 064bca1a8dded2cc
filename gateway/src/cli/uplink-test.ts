/** Tries one uplink of a site file from the command line: a test event, really sent or only shown. */
import { readFileSync } from "node:fs";
import { Alert, ConfigError, composeEvent, didYouMean, type EventDraft, systemClock } from "@gatehouse/protocol";
import { loadSite } from "../config.ts";
import { mapItem } from "../core/mapped-uplink.ts";
import type { OutboxItem, UplinkDeps, UplinkType } from "../core/ports.ts";
import { driverTypes } from "../drivers/index.ts";
import { uplinkTypes } from "../uplinks/index.ts";
import { TEST_SEQUENCE, type TriedUplink, testEvent, tryUplink } from "../uplinks/try-uplink.ts";
import { openLog } from "./log.ts";
import { inTerminal } from "./terminal-language.ts";

interface TestFlags {
  readonly site: string;
  readonly alert?: string;
  readonly dryRun?: true;
}

export async function testUplink(id: string, flags: TestFlags): Promise<void> {
  const { site, uplinks, secret } = loadSite(flags.site, { driverTypes, uplinkTypes });
  const found = uplinks.find((uplink) => uplink.id === id);
  if (found === undefined) {
    const known = uplinks.map((uplink) => uplink.id);
    const fix = didYouMean(id, known) ?? `the site file has: ${known.join(", ") || "none"}`;
    throw new ConfigError({ path: "<uplink>", reason: `there is no uplink "${id}"`, fix });
  }
  const gateway = site.gateway?.id ?? site.site.id;
  const alert = flags.alert === undefined ? undefined : readAlert(flags.alert);
  const event = testEvent(found.options, site, gateway, systemClock.nowMs(), alert);
  const deps: UplinkDeps = { clock: systemClock, log: await openLog("error"), gateway, secret };
  if (flags.dryRun === true) {
    process.stdout.write(`${await previewOf(found, event, deps)}\n`);
    return;
  }
  const result = await tryUplink(found, event, deps);
  const [no] = result.rejected;
  if (result.accepted.length > 0) {
    process.stdout.write(`${id}: the platform took it (${event.type}, id ${event.id})\n`);
    return;
  }
  const why = no === undefined ? "the platform neither took nor refused it" : `the platform refused it: ${no.reason}`;
  process.stderr.write(`gatehouse: ${id}: ${inTerminal(why)}\n`);
  process.exitCode = 1;
}

async function previewOf({ row, config, options }: TriedUplink, event: EventDraft, deps: UplinkDeps): Promise<string> {
  const plain: OutboxItem = { seq: TEST_SEQUENCE, lane: event.lane, text: composeEvent(event, TEST_SEQUENCE) };
  const item = options.mapping === undefined ? plain : mapItem(options.mapping, plain);
  return (await (row as UplinkType<unknown>).preview?.(config, deps, item)) ?? item.text;
}

function readAlert(file: string): Alert {
  const fix = "give it an alert as docs/reference/alerts.md has it";
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new ConfigError({ path: "--alert", reason: `${file} cannot be read as JSON`, fix }, { cause });
  }
  const alert = Alert.safeParse(json);
  if (!alert.success) {
    const issue = alert.error.issues[0];
    throw new ConfigError({ path: "--alert", reason: `${file}: ${issue?.path.join(".")}: ${issue?.message}`, fix });
  }
  return alert.data;
}
