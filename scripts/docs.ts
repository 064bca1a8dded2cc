// Writes docs/reference/ out of the schemas. With --check it writes nothing and fails when a page is not what it would write.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  Account,
  AFFAIRS,
  Alert,
  Broker,
  Calendar,
  CloudEvent,
  COMMAND_ARGS,
  CommandAction,
  CommandEnvelope,
  CommandResult,
  ComplianceSettings,
  ConsoleSettings,
  Credential,
  CustomRule,
  Device,
  DeviceCommand,
  DeviceStatus,
  DriverConfig,
  EscalationSettings,
  Fire,
  Gap,
  HandOver,
  NightRule,
  PatrolSettings,
  Policy,
  PolicyUse,
  Portal,
  PresenceSettings,
  Prompt,
  PromptSettings,
  RawReading,
  READING_KINDS,
  Reading,
  type ReadingKind,
  Receipt,
  ResponseClock,
  RetentionSettings,
  Site,
  SiteBoard,
  Space,
  UplinkConfig,
} from "@gatehouse/protocol";
import { openApiDocument, PROBLEMS } from "gatehouse";
import { schemaTable, schemaType } from "./schema-table.ts";

const folder = process.env["GATEHOUSE_REFERENCE"] ?? resolve(import.meta.dirname, "../docs/reference");
const NOTE = "<!-- Written by `npm run docs` out of the schemas in protocol/src/. Do not edit. -->";
const LISTS = ["spaces", "portals", "devices", "credentials", "drivers", "boards", "policies", "uplinks", "accounts"];

const page = (...parts: readonly string[]): string => `${[NOTE, ...parts].join("\n\n")}\n`;

function siteFile(): string {
  const top = schemaTable(Site, "input")
    .split("\n")
    .filter(
      (line) =>
        !LISTS.some((list) => line.startsWith(`| \`${list}[]`)) &&
        !/^\| `(broker|console|calendar|fire|prompts|presence|escalation|patrols|compliance|retention)\./.test(line),
    )
    .join("\n");
  return page(
    "# Site file",
    "One file says everything a gateway looks after. YAML, or JSON. `gatehouse init` writes a commented example, `gatehouse check FILE` names every problem with its line. Unknown keys are refused. An id is 1 to 64 letters, digits, `.`, `_`, `-`, beginning with a letter or digit; the space `outside` is always there.",
    "Secrets never stand in the file: `{ file: NAME }` is a file beside it (a last newline does not count), `{ env: NAME }` an environment variable.",
    top,
    "## `spaces[]`",
    "Only flats, rooms and sheds with a limit are judged: an explicit `limit`, else the strictest of the policies that govern the space. One that a policy governs without a limit following from it (no area, say) is an error.",
    schemaTable(Space, "input"),
    "## `portals[]`",
    schemaTable(Portal, "input"),
    "## `devices[]`",
    "A device sits on a portal or in a space. The id is its user name at the gateway's broker. Other keys belong to its driver: see [drivers](../drivers.md).",
    schemaTable(Device, "input"),
    "## `credentials[]`",
    schemaTable(Credential, "input"),
    "## `drivers[]`",
    "Other keys belong to the type: see [drivers](../drivers.md).",
    schemaTable(DriverConfig, "input"),
    "## `boards[]`",
    "Run by `gatehouse bridge`: see [door boards](../door-boards.md).",
    schemaTable(SiteBoard, "input"),
    "## `policies[]`",
    schemaTable(PolicyUse, "input"),
    "## `uplinks[]`",
    "Other keys belong to the type: see [uplinks](../uplinks.md).",
    schemaTable(UplinkConfig, "input"),
    "## `broker`",
    schemaTable(Broker, "input"),
    "## `console`",
    "The local web page and its API: see [console](../console.md). `console: {}` opens it with the defaults, `console: off` and no section at all open none.",
    schemaTable(ConsoleSettings, "input"),
    "## `fire`",
    "Doors on the way out: see [life safety](../life-safety.md).",
    schemaTable(Fire, "input"),
    "## `calendar`",
    "Saturday and Sunday are days off. What the calendar of the year changes about that stands here: it moves the working days a newcomer has to register.",
    schemaTable(Calendar, "input"),
    "## `prompts`",
    "What operators are asked, and how it gets louder: see [prompts and hand-over](../prompts-and-hand-over.md). A step has `to` (`devices`, `people` or `platform`) and `afterMinutes`; `devices` also names its `devices`, the `action` and its `args`.",
    schemaTable(PromptSettings, "input"),
    "## `presence`",
    schemaTable(PresenceSettings, "input"),
    "## `escalation`",
    "Who is told of alerts nobody answers or resolves in time: see [alerts](../alerts.md).",
    schemaTable(EscalationSettings, "input"),
    "Of each level in `clocks`, here and in a policy:",
    schemaTable(ResponseClock, "input"),
    "A channel has `via`: `uplink` with `uplink`; `device` with `device`, `action` (`buzzer`, `led` or `text`) and `args`; or `platform`.",
    "## `patrols`",
    schemaTable(PatrolSettings, "input"),
    "## `compliance`",
    schemaTable(ComplianceSettings, "input"),
    "## `retention`",
    schemaTable(RetentionSettings, "input"),
    "## `accounts[]`",
    schemaTable(Account, "input"),
    ...filesBeside(),
  );
}

const filesBeside = (): string[] => [
  "## Policy files",
  "The gateway brings policies along (`gateway/policies/`); files in `policies/` beside the site file add to them under ids of their own.",
  schemaTable(Policy, "input"),
  "`nights` has an entry for each of `red`, `yellow` and `blue`:",
  schemaTable(NightRule, "input"),
  "## Rule files",
  "Rules of the site's own stand in files that `rules` names: `{ rules: [ … ] }`. What they may say is told by example in [rules](../rules.md).",
  schemaTable(CustomRule, "input"),
];

/** In words, kind by kind. */
const KIND_MEANING: Readonly<Record<ReadingKind, string>> = {
  "access.granted": "a credential was let through; value: a reason code",
  "access.denied": "a credential was turned away; value: a reason code",
  "card.read": "a reader saw a card; the decision was made elsewhere or is not known",
  "keypad.entry": "something was typed; value: how many digits, never which",
  "door.opened": "the door opened",
  "door.closed": "the door closed",
  "door.forced": "the door opened without a release",
  "door.held": "the door stood open too long",
  "lock.locked": "the bolt is out",
  "lock.unlocked": "the bolt is in",
  "count.in": "persons who went in since the last such reading; default 1",
  "count.out": "persons who went out since the last such reading; default 1",
  "count.totals": "running totals of a counter",
  "presence.on": "somebody is there",
  "presence.off": "nobody is seen any more",
  "presence.count": "at least so many people are there",
  "meter.energyWh": "running total, Wh",
  "meter.waterL": "running total, litres",
  "meter.powerW": "power now, W",
  "input.on": "an input closed; value: its number",
  "input.off": "an input opened; value: its number",
  "tamper.on": "the device is being opened or moved",
  "tamper.off": "it is closed again",
  "battery.low": "the battery wants changing",
  "power.fail": "mains power is gone",
  "power.ok": "mains power is back",
  "fire.on": "fire alarm",
  "fire.off": "fire alarm over",
  duress: "somebody was forced to open",
  panic: "panic button",
  "patrol.tag": "a patrol was here",
  "device.online": "the device is reachable",
  "device.offline": "the device is not reachable",
};

function readings(): string {
  const kinds = Object.entries(READING_KINDS).map(([kind, schema]) => {
    const type = schemaType(schema);
    return `| \`${kind}\` | ${type === "block" ? "`{ in, out }`" : type === "anything" ? "" : type} | ${KIND_MEANING[kind as ReadingKind]} |`;
  });
  return page(
    "# Readings",
    "One fact from a device at a time. Unknown fields are ignored. Times are RFC 3339 with offset.",
    "## As a device sends it",
    schemaTable(RawReading, "input", ["value"]),
    "`value` is checked by the kind. A kind without a value refuses one.",
    "## Kinds",
    ["| kind | value | meaning |", "| --- | --- | --- |", ...kinds].join("\n"),
    "## What the gateway adds when it accepts one",
    schemaTable(Reading, "output", Object.keys(RawReading.shape)),
    "## Status, commands, results",
    "`gatehouse/1/{device}/status`:",
    schemaTable(DeviceStatus, "input"),
    "`gatehouse/1/{device}/command`:",
    schemaTable(DeviceCommand, "input"),
    "`gatehouse/1/{device}/result`:",
    schemaTable(CommandResult, "input"),
  );
}

const ARGS_MEANING: Readonly<Record<CommandAction, string>> = {
  unlock: "Opens a door or lets somebody through a turnstile.",
  lock: "Ends what `unlock` began.",
  output: "Switches an output or a relay.",
  led: "What a lamp shows; it blinks when it has a length for both colours.",
  buzzer: "Makes itself heard.",
  text: "What a display shows.",
  identify: "Makes itself seen or heard, to be found among others.",
  configure:
    "Settings by the names the device gives them: 1 to 32, each a text, a number or true or false. Its driver knows which there are.",
};

function commands(): string {
  const actions = CommandAction.options.flatMap((action) => {
    const table = "shape" in COMMAND_ARGS[action] ? [schemaTable(COMMAND_ARGS[action], "input")] : [];
    return [`## \`${action}\``, ARGS_MEANING[action], ...table];
  });
  return page(
    "# Arguments of commands",
    "What `args` of a command may hold, by action. Whatever else stands in it, or lies out of bounds, is refused before it reaches a driver. Which of it a device can do is told on the page of its [driver](../drivers.md). How commands are given and what becomes of them: [commands](../commands.md).",
    ...actions,
    "## Commands of a platform on the site's affairs",
    "Aimed at an alert, a space or the gateway itself instead of a device.",
    ...Object.entries(AFFAIRS).flatMap(([action, { target, args }]) => [
      `### \`${action}\``,
      `\`target\`: ${AIMS[target]}.`,
      ...(Object.keys(args.shape).length === 0 ? [] : [schemaTable(args, "input")]),
    ]),
  );
}

const AIMS: Readonly<Record<"alert" | "space" | "gateway", string>> = {
  alert: "the alert's id",
  space: "the space's id",
  gateway: "the gateway's id",
};

const alerts = (): string =>
  page(
    "# Alerts",
    "A finding with a life: `raised -> acknowledged -> rectifying -> verifying -> closed`, and `closed -> reopened` when it comes back within the policy's window: same `id`, `episode` + 1. What leads from one to the next, the clocks and who is told when they run out: [alerts, patrols and compliance](../alerts.md). A first sign is a state of the estimate, not an alert.",
    schemaTable(Alert, "output"),
  );

const EVENT_TYPES = `| type | lane | data |
| --- | --- | --- |
| \`gatehouse.alert.{change}\` | \`emergency\` or \`alert\` | the [alert](alerts.md) as it then stood; \`change\` is a state of it, or \`cleared\`, \`repeated\`, \`overdue\`, \`escalated\`, \`noted\` |
| \`gatehouse.patrol.done\` | \`presence\` | \`{ space, at, how, by, late, nextBy }\`: a patrol proved itself by \`tag\` or \`plate\` |
| \`gatehouse.prompt.escalated\` \`.handled\` | \`alert\` or \`presence\` | a [prompt](#prompt) nobody handled in time, with \`escalation: { step, to }\`; then that it was handled |
| \`gatehouse.hand-over.{change}\` | \`presence\` | a [hand-over](#hand-over) that was \`started\`, \`completed\` or \`cancelled\` |
| \`gatehouse.residence.absence-suspected\` \`.return-detected\` | \`presence\` | \`{ space, credential, lastSeen, days }\`, the pseudonym only |
| \`gatehouse.residence.reconcile\` | \`presence\` | \`{ date, count, differences: [{ space, credential, platform, gateway, lastSeen }] }\` |
| \`gatehouse.residence.daily\` | \`presence\` | \`{ date, spaces: [{ space, residing, low, high, registered, limit, compliance? }], compliance }\`: counts, no names; \`compliance\` as in [alerts](../alerts.md#compliance) |
| \`gatehouse.command.result\` | \`alert\` | \`{ id, target, action, issuer, keyId, outcome, code?, error?, readings?, next? }\`: what became of a platform's command, to that platform alone; see [commands](../commands.md) |
| \`gatehouse.health\` | \`presence\` | \`{ codes: [{ code, since, detail }], backlog: { lane: count }, auditHead, metrics }\`; \`auditHead\` is \`N:HASH\` of the newest entry of the [audit log](../audit.md); codes as in [health codes](../health-codes.md) |
| \`gatehouse.gap\` | \`alert\` | items that will never come, see below |
| \`gatehouse.reading\` | \`telemetry\` | the [reading](readings.md) as accepted; only to an uplink with \`readings: true\` |`;

const events = (): string =>
  page(
    "# Events to a platform",
    "CloudEvents 1.0, structured JSON. Lanes, highest first: `emergency`, `alert`, `presence`, `telemetry`; a higher lane never waits for a lower one. Every event comes at least once, in order within its lane; `id` tells a repeat.",
    schemaTable(CloudEvent, "output"),
    "## Types",
    EVENT_TYPES,
    "## Data of `gatehouse.gap`",
    schemaTable(Gap, "output"),
    "## Prompt",
    schemaTable(Prompt, "output"),
    "## Hand-over",
    schemaTable(HandOver, "output"),
    "## Receipt",
    "What the platform answers. A sequence in neither list is kept and sent again.",
    schemaTable(Receipt, "input"),
    "## Command",
    "What a platform sends back, signed: see [commands](../commands.md) for the checks, the actions and what becomes of it.",
    schemaTable(CommandEnvelope, "input"),
  );

/** Its version is the release's, so the page changes with a release and no other way. */
const openApi = (): string => {
  const { version } = JSON.parse(readFileSync(resolve(import.meta.dirname, "../gateway/package.json"), "utf8")) as {
    readonly version: string;
  };
  return `${JSON.stringify(openApiDocument(version), null, 1)}\n`;
};

const consoleErrors = (): string =>
  page(
    "# Refusals of the console's API",
    "Every refusal is JSON: `{ code, message, fix?, problems? }`. `code` never changes its meaning; `message` and `fix` come in the language of `lang` or `Accept-Language`; `problems` names places in what was sent. See [console API](../console-api.md).",
    [
      "| code | status | message | what to do |",
      "| --- | --- | --- | --- |",
      ...Object.entries(PROBLEMS).map(([code, { status, message, ...more }]) => {
        const fix = "fix" in more ? more.fix.en : "";
        return `| \`${code}\` | ${status} | ${message.en} ${message.zh} | ${fix.replaceAll("|", "\\|")} |`;
      }),
    ].join("\n"),
  );

const PAGES: Readonly<Record<string, () => string>> = {
  "site-file.md": siteFile,
  "readings.md": readings,
  "alerts.md": alerts,
  "commands.md": commands,
  "events.md": events,
  "openapi.json": openApi,
  "console-errors.md": consoleErrors,
};

const checkOnly = process.argv.includes("--check");
mkdirSync(folder, { recursive: true });
for (const [name, write] of Object.entries(PAGES)) {
  const file = join(folder, name);
  if (!checkOnly) writeFileSync(file, write());
  else if (readOr(file) !== write()) {
    console.error(`docs/reference/${name} is not what the schemas say: run \`npm run docs\``);
    process.exitCode = 1;
  }
}

function readOr(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
