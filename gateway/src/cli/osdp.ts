/** `gatehouse osdp`: keys of OSDP readers, their installation, and readers that are not what they were. */
import { ConfigError, RejectedError, systemClock } from "@gatehouse/protocol";
import { Command, InvalidArgumentError } from "commander";
import { loadSite } from "../config.ts";
import { driverTypes } from "../drivers/index.ts";
import { uplinkTypes } from "../uplinks/index.ts";
import { type Condition, openReaderDoor, type ReaderDoor, type ReaderSummary, readSummary } from "./osdp-door.ts";
import { progressBar } from "./progress.ts";

interface OsdpFlags {
  readonly state: string;
  readonly site?: string;
  readonly minutes: number;
  readonly json?: true;
}

const MOST_MINUTES = 5;
const LOOK_MS = 500;
const ROTATE_PATIENCE_MS = 60_000;
const TROUBLE = ["device-key", "device-unsecured", "device-changed"];

export function osdpCommand(): Command {
  const osdp = new Command("osdp")
    .summary("keys of OSDP readers: install, renew, trust")
    .description(
      "Gives OSDP readers keys of their own and looks after them. With a gateway running on the state folder it asks that one; without one, and with --site, it speaks to the reader itself.",
    );
  osdp.addHelpText("after", EXAMPLES);
  const sub = (name: string, description: string) =>
    new Command(name)
      .description(description)
      .exitOverride()
      .showHelpAfterError(`(gatehouse help osdp explains it)`)
      .option("--state <dir>", "the state folder of the gateway", "/var/lib/gatehouse")
      .option("--site <file>", "the site file");
  osdp.addCommand(
    sub("list", "the readers of a site, what they are and whether they have keys")
      .option("--json", "print the result as JSON")
      .action((flags: OsdpFlags) => list(flags)),
  );
  osdp.addCommand(
    sub(
      "install",
      "give a new or reset reader a key of its own: for at most 5 minutes it may come with the factory's key",
    )
      .argument("<reader>", "its id in the site file")
      .option("--minutes <n>", "how long it may take, 1 to 5", parseMinutes, MOST_MINUTES)
      .action((reader: string, flags: OsdpFlags) => withDoor(reader, flags, (door) => install(door, reader, flags))),
  );
  osdp.addCommand(
    sub("rotate", "give a reader a new key in place of the one the gateway made")
      .argument("<reader>", "its id in the site file")
      .action((reader: string, flags: OsdpFlags) => withDoor(reader, flags, (door) => rotate(door, reader))),
  );
  osdp.addCommand(
    sub("trust", "say that a reader which was reported as changed is the right one")
      .argument("<reader>", "its id in the site file")
      .action((reader: string, flags: OsdpFlags) =>
        withDoor(reader, flags, async (door) => {
          await door.configure({ trust: true });
          print(`${reader}: trusted as it is now; its key must still be right`);
        }),
      ),
  );
  return osdp;
}

const EXAMPLES = `
Examples:
  gatehouse osdp list --site site.yaml --state ./state
  gatehouse osdp install reader-302 --state ./state                    a gateway is running there
  gatehouse osdp install reader-302 --state ./state --site site.yaml   or not: the line is opened from here
  gatehouse osdp rotate reader-302
  gatehouse osdp trust reader-302

Put a reader into its installation mode (its manual says how; a new one is in it) before \`install\`. docs/devices/osdp.md tells it step by step.
Exits with 0 when the reader has its key, with 1 when not, with 78 when the command or the site file is wrong.`;

function parseMinutes(text: string): number {
  const minutes = Number(text);
  if (Number.isInteger(minutes) && minutes >= 1 && minutes <= MOST_MINUTES) return minutes;
  throw new InvalidArgumentError("write a whole number from 1 to 5");
}

async function withDoor(
  reader: string,
  { state, site }: OsdpFlags,
  work: (door: ReaderDoor) => Promise<void>,
): Promise<void> {
  const door = await openReaderDoor({ reader, state, site });
  try {
    await work(door);
  } finally {
    await door.close();
  }
}

async function install(door: ReaderDoor, reader: string, { minutes }: OsdpFlags): Promise<void> {
  await door.configure({ install: minutes });
  const forMs = minutes * 60_000;
  const bar = progressBar(reader, systemClock);
  const fromMs = systemClock.monoMs();
  for (;;) {
    const passedMs = systemClock.monoMs() - fromMs;
    const conditions = (await door.conditions()).filter(({ subject }) => subject === reader);
    if (!conditions.some(({ code }) => code === "device-installing")) {
      bar.end("");
      return finish(reader, conditions, (await door.memory()) ?? NO_SUMMARY);
    }
    bar.at(passedMs / forMs, `waiting for the reader, ${Math.ceil((forMs - passedMs) / 1_000)} s left`);
    await systemClock.sleep(LOOK_MS);
  }
}

const NO_SUMMARY: ReaderSummary = { hasKey: false, keyOnItsWay: false };

function finish(reader: string, conditions: readonly Condition[], { pins }: ReaderSummary): void {
  const trouble = conditions.find(({ code }) => TROUBLE.includes(code));
  if (trouble !== undefined) throw new RejectedError(`${reader} has no key yet: ${trouble.detail}`);
  const isGone = conditions.some(({ code }) => code === "device-offline");
  if (isGone || pins === undefined)
    throw new RejectedError(
      `${reader} did not answer within the window: check power, A and B, address and baud rate, and that it is in installation mode`,
    );
  print(
    `${reader} has its own key now (vendor ${pins.vendor}, model ${pins.model}, serial ${pins.serial}); the window is closed`,
  );
}

async function rotate(door: ReaderDoor, reader: string): Promise<void> {
  await door.configure({ rotateKey: true });
  const untilMs = systemClock.monoMs() + ROTATE_PATIENCE_MS;
  while ((await door.memory())?.keyOnItsWay === true) {
    if (systemClock.monoMs() > untilMs)
      throw new RejectedError(
        `${reader} has not taken its new key yet; both keys are kept, and it is tried again whenever the reader answers`,
      );
    await door.conditions();
    await systemClock.sleep(LOOK_MS);
  }
  print(`${reader} has a new key`);
}

async function list({ site: file, state, json }: OsdpFlags): Promise<void> {
  if (file === undefined)
    throw new ConfigError({ path: "--site", reason: "which site file?", fix: "add --site site.yaml" });
  const site = loadSite(file, { driverTypes, uplinkTypes, secrets: false });
  const rows = await Promise.all(
    site.drivers
      .filter(({ row }) => row.type === "osdp")
      .flatMap(({ id, devices }) => devices.map((device) => ({ driver: id, device })))
      .map(async ({ driver, device }) => {
        const kept = (await readSummary(state, driver, device.id)) ?? NO_SUMMARY;
        const secure = String(device["secure"] ?? "required");
        return {
          reader: device.id,
          driver,
          address: device["address"],
          secure,
          key: keyState(secure, "key" in device, kept),
          ...kept,
        };
      }),
  );
  if (json) print(JSON.stringify(rows, null, 2));
  else if (rows.length === 0) print("no OSDP readers in this site file");
  else {
    const width = Math.max(...rows.map(({ reader }) => reader.length));
    for (const { reader, driver, address, key, pins, doubt } of rows) {
      const what =
        pins === undefined ? "never seen" : `vendor ${pins.vendor} model ${pins.model} serial ${pins.serial}`;
      print(
        `${reader.padEnd(width)}  ${driver} address ${address}  ${key}  ${what}${doubt === undefined ? "" : `  NOT USED: ${doubt}`}`,
      );
    }
  }
}

function keyState(secure: string, inSite: boolean, { hasKey, keyOnItsWay }: ReaderSummary): string {
  if (secure === "off") return "clear text";
  if (inSite) return "key of the site file";
  if (keyOnItsWay) return hasKey ? "new key on its way" : "first key on its way";
  return hasKey ? "key of its own" : "no key";
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
