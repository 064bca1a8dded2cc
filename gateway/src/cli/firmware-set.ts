/** `gatehouse firmware set`: settings of a door board. */
import { ConfigError, DOOR_NODE_CONFIG, type DoorNodeSettingName, systemClock } from "@gatehouse/protocol";
import { Command } from "commander";

const NAMES = Object.keys(DOOR_NODE_CONFIG) as DoorNodeSettingName[];

export function setCommand(): Command {
  const settings = NAMES.map((name) => `  ${name.padEnd(14)} ${range(name)}`).join("\n");
  return new Command("set")
    .description("settings of a board, kept in its EEPROM; those of pins take effect at its next start")
    .argument("<link>", "as for show")
    .argument("<settings...>", "NAME=NUMBER")
    .addHelpText(
      "after",
      `\nSettings, with their range and what a new board has:\n${settings}\n\nExample:\n  gatehouse firmware set usb:2341:0043 gap=30 return=0`,
    )
    .exitOverride()
    .showHelpAfterError("(gatehouse help firmware explains it)")
    .action(change);
}

async function change(link: string, texts: readonly string[]): Promise<void> {
  const wanted = texts.map(parseSetting);
  const { inspectBoard, openWire, parsePlace } = await import("@gatehouse/firmware-bridge");
  const wire = await openWire(parsePlace(link));
  try {
    const inspection = inspectBoard(wire, systemClock);
    for (const { name, value } of wanted) process.stdout.write(`${name} ${await inspection.set(name, value)}\n`);
  } finally {
    wire.close();
  }
}

/** Throws ConfigError for what no board has. */
export function parseSetting(text: string): { readonly name: DoorNodeSettingName; readonly value: number } {
  const [, written = "", digits = ""] = /^([a-z0-9-]+)=(\d{1,5})$/.exec(text) ?? [];
  if (written === "") throw new ConfigError({ path: text, reason: "no setting", fix: "write NAME=NUMBER, as gap=30" });
  const name = NAMES.find((known) => known === written);
  if (name === undefined)
    throw new ConfigError({
      path: text,
      reason: `no setting is named "${written}"`,
      fix: `one of ${NAMES.join(", ")}`,
    });
  const value = Number(digits);
  const { min, max } = DOOR_NODE_CONFIG[name];
  if (value < min || value > max)
    throw new ConfigError({ path: text, reason: `${value} is out of range`, fix: range(name) });
  return { name, value };
}

function range(name: DoorNodeSettingName): string {
  const { min, max, factory } = DOOR_NODE_CONFIG[name];
  return `${min} to ${max}, from the factory ${factory}`;
}
