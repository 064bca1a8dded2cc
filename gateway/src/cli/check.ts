/** `gatehouse check`: is a site file right, and which limits follow from it? */
import { ConfigError, type Limit } from "@gatehouse/protocol";
import { Command } from "commander";
import { type LoadedSite, loadSite } from "../config.ts";
import { driverTypes } from "../drivers/index.ts";
import { uplinkTypes } from "../uplinks/index.ts";
import { describeProblems } from "./report-failure.ts";

const SHOWN_LIMITS = 40;

interface CheckOptions {
  readonly site?: string;
  readonly json?: true;
  /** False with --no-secrets. */
  readonly secrets: boolean;
}

export function checkCommand(): Command {
  return new Command("check")
    .description("check a site file: every problem with its line, what is wrong and what to write instead")
    .argument("[file]", "the site file, YAML or JSON")
    .option("--site <file>", "the same, as the other commands name it")
    .option("--json", "print the result as JSON")
    .option("--no-secrets", "do not ask for the files and variables that hold secrets")
    .addHelpText(
      "after",
      `
Examples:
  gatehouse check site.yaml
  gatehouse check --no-secrets site.yaml      on another machine than the gateway's
  gatehouse check --json site.yaml | jq .limits

Exits with 0 when the gateway would start with it, with 78 when not.`,
    )
    .action((named: string | undefined, options: CheckOptions, command: Command) => {
      const file = named ?? options.site ?? command.error("error: missing required argument 'file'");
      try {
        const loaded = loadSite(file, { driverTypes, uplinkTypes, secrets: options.secrets });
        process.stdout.write(`${options.json ? JSON.stringify(asJson(loaded), null, 2) : summary(loaded)}\n`);
      } catch (error) {
        if (!options.json || !(error instanceof ConfigError)) throw error;
        process.stdout.write(`${JSON.stringify({ ok: false, problems: error.problems }, null, 2)}\n`);
        process.exitCode = 78;
      }
    });
}

function asJson({ file, site, limits, uplinks, rules, warnings }: LoadedSite): object {
  return {
    ok: true,
    file,
    site: { id: site.site.id, name: site.site.name, kind: site.site.kind, timezone: site.site.timezone },
    gateway: site.gateway?.id ?? site.site.id,
    spaces: site.spaces.length,
    portals: site.portals.length,
    devices: site.devices.length,
    uplinks: uplinks.map((uplink) => uplink.id),
    rules: rules.map((rule) => rule.id),
    limits: Object.fromEntries(limits),
    warnings,
  };
}

function summary(loaded: LoadedSite): string {
  const { file, site, uplinks, drivers, rules, limits, warnings } = loaded;
  const lines = [
    `${file} is right`,
    "",
    `  site      ${site.site.id}, ${site.site.name} (${site.site.kind}, ${site.site.timezone})`,
    `  spaces    ${tally(site.spaces)}, ${limits.size} judged`,
    `  portals   ${tally(site.portals)}`,
    `  devices   ${tally(site.devices)}`,
    `  drivers   ${drivers.map((driver) => `${driver.id} (${driver.row.type})`).join(", ")}`,
    `  uplinks   ${uplinks.map((uplink) => `${uplink.id} (${uplink.row.type})`).join(", ") || "none: alerts stay on the box"}`,
    ...(rules.length === 0 ? [] : [`  rules     ${rules.map((rule) => rule.id).join(", ")} (your own)`]),
    "",
    ...limitLines(limits),
  ];
  if (warnings.length > 0) {
    lines.push("", describeProblems(warnings, "warning"));
  }
  return lines.join("\n");
}

function limitLines(limits: ReadonlyMap<string, Limit>): string[] {
  if (limits.size === 0) return ["  limits    none: no space is judged"];
  const shown = [...limits].slice(0, SHOWN_LIMITS);
  const width = Math.max(...shown.map(([space]) => space.length));
  const lines = shown.map(([space, { persons, policy, basis }]) => {
    const source = policy === "site" ? "set in the site file" : policy;
    return `    ${space.padEnd(width)}  ${String(persons).padStart(3)}  ${source}: ${basis}`;
  });
  if (limits.size > shown.length) lines.push(`    … and ${limits.size - shown.length} more: --json prints them all`);
  return ["  limits (persons)", ...lines];
}

/** `5 (1 building, 4 flat)`. */
function tally(items: readonly { readonly kind: string }[]): string {
  const kinds = new Map<string, number>();
  for (const { kind } of items) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const parts = [...kinds].map(([kind, count]) => `${count} ${kind}`).join(", ");
  return parts === "" ? "0" : `${items.length} (${parts})`;
}
