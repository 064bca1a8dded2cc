/** `gatehouse devices found`: what the drivers of the running gateway see and nobody has bound yet. */
import { Command } from "commander";
import { z } from "zod";
import { askRunning, orAway, STATE_OPTION } from "./running.ts";
import { textTable } from "./text-table.ts";

const PATIENCE_MS = 4_000;

const Listing = z.object({
  devices: z.array(
    z.object({
      driver: z.string(),
      id: z.string(),
      label: z.string(),
      model: z.string().optional(),
      points: z.array(
        z.object({
          kind: z.string(),
          what: z.string(),
          keys: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
        }),
      ),
      unsupported: z.string().optional(),
    }),
  ),
  leftOut: z.number(),
});
type Listing = z.infer<typeof Listing>;

const EXAMPLES = `
A device that a driver sees and the site file does not have is listed here with what it could be. To bind one, write a device with the
keys shown under \`devices:\` of the site file, and say on which portal or in which space it is.

Examples:
  gatehouse devices found                      all of them
  gatehouse devices found --driver zigbee      those of one driver
  gatehouse devices found --json               for programs

Exits with 0, with 69 when no gateway runs there, with 75 when there was no answer in time.`;

interface FoundFlags {
  readonly state: string;
  readonly driver?: string;
  readonly json?: true;
}

export function devicesCommand(): Command {
  const found = new Command("found")
    .summary("devices that drivers see and the site file does not have")
    .description("Lists the devices that the running gateway's drivers see and the site file does not have.")
    .option(...STATE_OPTION)
    .option("--driver <id>", "of this driver only")
    .option("--json", "print the result as JSON")
    .addHelpText("after", EXAMPLES)
    .action(showFound);
  return new Command("devices")
    .summary("devices that drivers found and nobody has bound yet")
    .description("Devices of the running gateway.")
    .addCommand(found);
}

async function showFound(flags: FoundFlags): Promise<void> {
  await orAway(flags, async () => {
    const params = flags.driver === undefined ? {} : { driver: flags.driver };
    const listing = Listing.parse(await askRunning(flags, "found-devices", params, PATIENCE_MS));
    process.stdout.write(flags.json ? `${JSON.stringify(listing)}\n` : describe(listing));
  });
}

function describe({ devices, leftOut }: Listing): string {
  if (devices.length === 0) return "nothing found that the site file does not have\n";
  const rows = devices.flatMap(({ driver, id, label, model = "", points, unsupported }) => {
    const head = [driver, id, label === id ? "" : label, model];
    if (points.length === 0) return [[...head, "unsupported", unsupported ?? "reports nothing of use here"]];
    return points.map(({ kind, what, keys = {} }) => [...head, kind, `${what}${keysText(keys)}`]);
  });
  const more = leftOut === 0 ? "" : `and ${leftOut} more that were not kept\n`;
  return `${textTable([["DRIVER", "ID", "NAME", "MODEL", "KIND", "WHAT, AND KEYS FOR THE SITE FILE"], ...rows])}${more}`;
}

function keysText(keys: Readonly<Record<string, string | number | boolean>>): string {
  const said = Object.entries(keys).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return said.length === 0 ? "" : `; ${said.join(", ")}`;
}
