/** `gatehouse city`: a stand-in city platform to send to. */
import { systemClock } from "@gatehouse/protocol";
import { Command, Option } from "commander";
import { type Address, parseAddress, untilSignal } from "./arguments.ts";
import { LOG_LEVELS, type LogLevel, openLog } from "./log.ts";

interface CityFlags {
  readonly https: Address;
  readonly mqtt?: Address;
  readonly control: Address;
  readonly ca: string;
  readonly commandKey?: string;
  readonly file?: string;
  readonly fail?: string;
  readonly logLevel: LogLevel;
}

export function cityCommand(): Command {
  return new Command("city")
    .summary("run a stand-in city platform")
    .description(
      "Takes events over HTTPS and MQTT, remembers them, tells repeats and gaps, answers receipts, and fails when told to.",
    )
    .option("--https <host:port>", "where it takes events (POST /ingest)", parseAddress, {
      host: "127.0.0.1",
      port: 9443,
    })
    .option("--mqtt <host:port>", "also as an MQTT broker", parseAddress)
    .option("--control <host:port>", "GET /status, POST /control, POST /command", parseAddress, {
      host: "127.0.0.1",
      port: 9480,
    })
    .option("--ca <file>", "where to write the certificate authority the gateway is to trust", "city-ca.pem")
    .option("--command-key <file>", "where to write the public key of the commands it signs; their keyId is city")
    .option("--file <file>", "append a line for every arrival")
    .option(
      "--fail <mode>",
      "begin in a failure mode: refuse, hang, 5xx, html, lose-receipts, partial, slow, busy, redirect, small",
    )
    .addOption(new Option("--log-level <level>", "what is logged").choices(LOG_LEVELS).default("info"))
    .addHelpText(
      "after",
      '\nExample:\n  gatehouse city --ca city-ca.pem\n  curl -X POST -d \'{"mode":"5xx"}\' http://127.0.0.1:9480/control\n  gatehouse city --command-key city-commands.pem\n  curl -d \'{"gateway":"mq-0007","target":"reader-302","action":"buzzer"}\' http://127.0.0.1:9480/command\n',
    )
    .action(city);
}

async function city(flags: CityFlags): Promise<void> {
  const signal = untilSignal();
  const log = await openLog(flags.logLevel);
  const { FailMode, startCity } = await import("@gatehouse/device-sim");
  const { https, mqtt, control, ca: caFile, commandKey: commandKeyFile, file } = flags;
  const platform = await startCity({
    https,
    mqtt,
    control,
    caFile,
    commandKeyFile,
    file,
    clock: systemClock,
    log,
    onEvent: ({ type, subject, sequence, lane }) => log.info({ type, subject, sequence, lane }, "event"),
  });
  if (flags.fail !== undefined) await platform.fail(FailMode.parse(flags.fail));
  log.info(
    { https: platform.httpsUrl, mqtt: platform.mqttUrl, control: platform.controlUrl, ca: caFile },
    "city platform is ready",
  );
  if (!signal.aborted)
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  await platform.close();
}
