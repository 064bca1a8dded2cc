/** `node test/accuracy/real-data.ts`: what real recordings say about counters and presence sensors, as tables or as the figures the model may use. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ConfigError } from "@gatehouse/protocol";
import { doorSection } from "./real/door-section.ts";
import { motionSection } from "./real/motion-section.ts";
import { officeSection } from "./real/office-section.ts";
import { renderTable, type Section } from "./real/section.ts";

const SECTIONS: Readonly<Record<string, (folder: string) => Section>> = {
  door: doorSection,
  motion: motionSection,
  office: officeSection,
};

const HELP = `node test/accuracy/real-data.ts [--data DIR] [--figures] [${Object.keys(SECTIONS).join(" | ")} …]

Reads the recordings in test/accuracy/data (or DIR, packed or unpacked) and prints the tables of docs/estimation-real-data.md.

  --data DIR   read the recordings from DIR
  --figures    print the figures as JSON instead: the content of test/accuracy/real-figures.json

Examples:
  node test/accuracy/real-data.ts                  everything
  node test/accuracy/real-data.ts motion           the motion sensors only
  node test/accuracy/real-data.ts --figures > test/accuracy/real-figures.json`;

try {
  const { values, positionals } = parseArgs({
    options: {
      data: { type: "string", default: join(import.meta.dirname, "data") },
      figures: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
    allowPositionals: true,
  });
  if (values.help) console.log(HELP);
  else report(values.data, values.figures, positionals.length > 0 ? positionals : Object.keys(SECTIONS));
} catch (error) {
  if (!(error instanceof ConfigError) && !isArgumentError(error)) throw error;
  console.error(`real-data: ${error.message}`);
  process.exitCode = 78;
}

function report(folder: string, asFigures: boolean, names: readonly string[]): void {
  const sections = names.map((name) => {
    const make = SECTIONS[name];
    if (make !== undefined) return make(folder);
    throw new ConfigError({ path: name, reason: "there is no such part", fix: Object.keys(SECTIONS).join(", ") });
  });
  if (asFigures)
    console.log(
      JSON.stringify(
        sections.flatMap(({ figures }) => figures),
        null,
        2,
      ),
    );
  else
    for (const { title, tables } of sections)
      console.log(`${title}\n${"=".repeat(title.length)}\n\n${tables.map(renderTable).join("\n\n")}\n`);
}

function isArgumentError(error: unknown): error is Error {
  return error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
}
