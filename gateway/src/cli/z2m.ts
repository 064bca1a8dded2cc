/** `gatehouse z2m map`: what the devices of a Zigbee2MQTT would be here, or why not. */
import { readFileSync } from "node:fs";
import {
  type BridgeDevice,
  ConfigError,
  type DeviceMapping,
  describeMapping,
  mappingJson,
  mapZigbeeDevice,
  readZigbeeDevices,
} from "@gatehouse/protocol";
import { Command } from "commander";

const EXAMPLES = `
DEVICES.json is what Zigbee2MQTT publishes on zigbee2mqtt/bridge/devices:
  mosquitto_sub -h BROKER -t zigbee2mqtt/bridge/devices -C 1 > devices.json

Examples:
  gatehouse z2m map devices.json
  gatehouse z2m map --json devices.json | jq '.devices[] | select(.unsupported)'
  gatehouse z2m map -                          read it from standard input

Exits with 0 when the file could be read, with 78 when it is no such payload.`;

interface Mapped {
  readonly device: BridgeDevice;
  readonly mapping: DeviceMapping;
}

export function z2mCommand(): Command {
  const map = new Command("map")
    .summary("what each device of a bridge/devices payload would map to, or why not")
    .description("Says for each device of a bridge/devices payload of Zigbee2MQTT what it would map to, or why not.")
    .argument("<file>", "the payload as a file, or - for standard input")
    .option("--json", "print the result as JSON")
    .addHelpText("after", EXAMPLES)
    .action((file: string, { json }: { readonly json?: true }) => {
      const mapped = readFile(file).map((device) => ({ device, mapping: mapZigbeeDevice(device) }));
      process.stdout.write(json ? `${JSON.stringify(asJson(mapped), null, 2)}\n` : asText(mapped));
    });
  return new Command("z2m").description("Questions about Zigbee2MQTT.").addCommand(map);
}

function readFile(file: string): readonly BridgeDevice[] {
  const wrong = (reason: string, cause?: unknown) =>
    new ConfigError(
      { path: file, reason, fix: "give what Zigbee2MQTT publishes on bridge/devices: a list of devices" },
      { cause },
    );
  let text: string;
  let json: unknown;
  try {
    text = readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (cause) {
    throw wrong("cannot be read", cause);
  }
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw wrong("is no JSON", cause);
  }
  const devices = readZigbeeDevices(json);
  if (devices === undefined) throw wrong("is no list");
  return devices;
}

function asJson(mapped: readonly Mapped[]): object {
  return {
    devices: mapped.map(({ device, mapping }) => ({
      ieee_address: device.ieee,
      friendly_name: device.name,
      vendor: device.vendor,
      model: device.model,
      description: device.description,
      ...mappingJson(mapping),
    })),
    ...counts(mapped),
  };
}

function asText(mapped: readonly Mapped[]): string {
  const blocks = mapped.map(({ device, mapping }) => {
    const { name, ieee, vendor, model, description } = device;
    const lines = describeMapping(mapping).map((line) => `  ${line}\n`);
    return `${printable(name)} (${ieee}): ${printable([vendor, model, description].filter(Boolean).join(", "))}\n${lines.join("")}`;
  });
  const { mapped: done, unsupported, irregular } = counts(mapped);
  return `${blocks.join("")}\n${done} mapped, ${unsupported} unsupported, of them ${irregular} by the table of irregular devices\n`;
}

function counts(mapped: readonly Mapped[]) {
  const unsupported = mapped.filter(({ mapping }) => mapping.unsupported !== undefined).length;
  const irregular = mapped.filter(({ mapping }) => mapping.irregular).length;
  return { mapped: mapped.length - unsupported, unsupported, irregular };
}

const printable = (text: string): string => text.replace(/\p{Cc}/gu, " ");
