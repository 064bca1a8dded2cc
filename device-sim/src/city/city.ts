/** A stand-in city platform: takes events over HTTPS, HTTP, MQTT and NATS, remembers them, answers receipts, and fails when told to. */
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { createServer as createTcpServer } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { type Clock, type CloudEvent, ConfigError, uplinkTopic } from "@gatehouse/protocol";
import type { Logger } from "../log.ts";
import { makeCertificate } from "./certificate.ts";
import { CommandDesk, type CommandOrder, type SignedCommand } from "./commands.ts";
import { controlOverHttp } from "./control.ts";
import { type FailMode, Failure, rejects } from "./failure.ts";
import { INGEST_PATH, type IngestDeps, ingestOverHttp } from "./http.ts";
import { type CityEvent, Ledger, type LedgerCounters, type MissingReport, type Via } from "./ledger.ts";
import { LedgerFile } from "./ledger-file.ts";
import { type ListenAt, Listener } from "./listener.ts";
import { ingestOverMqtt } from "./mqtt.ts";
import { ingestOverNats } from "./nats.ts";
import { type CityKey, disbelief } from "./signatures.ts";

export interface CityOptions {
  /** Events posted to `/ingest`, with a certificate made at start. */
  readonly https?: ListenAt | undefined;
  /** The same without TLS; loopback only. */
  readonly http?: ListenAt | undefined;
  /** A broker of its own; with `tls` under the same certificate. */
  readonly mqtt?: (ListenAt & { readonly tls?: boolean | undefined }) | undefined;
  /** As much of a NATS server as a publisher into JetStream needs; with `tls` under the same certificate. */
  readonly nats?: (ListenAt & { readonly tls?: boolean | undefined }) | undefined;
  /** `GET /status` and `POST /control`; default a free port on 127.0.0.1. */
  readonly control?: ListenAt | undefined;
  /** Where to write the certificate authority, PEM. */
  readonly caFile?: string | undefined;
  /** Where to write the public key of its commands, PEM. */
  readonly commandKeyFile?: string | undefined;
  /** Append a line for each arrival ({@link LedgerLine}), before its receipt is sent. */
  readonly file?: string | undefined;
  /** `all` (default) keeps a record of every event; `counts` keeps memory flat and finds repeats by sequence only. */
  readonly record?: "all" | "counts" | undefined;
  /** Keys of gateways by key id: unsigned or wrongly signed requests then get HTTP 401. */
  readonly keys?: Readonly<Record<string, CityKey>> | undefined;
  /** Decides which events failure mode `partial` rejects. */
  readonly seed?: number | string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called at each event's first arrival, before its receipt is sent. */
  readonly onEvent?: ((event: CloudEvent, arrival: CityEvent) => void) | undefined;
}

export interface CityStatus extends LedgerCounters {
  readonly failure: Failure;
  readonly uplinks: readonly (MissingReport & { readonly via: string; readonly source: string })[];
}

/** A running city platform. Addresses are undefined where it does not listen. */
export interface City {
  readonly httpsUrl: string | undefined;
  readonly httpUrl: string | undefined;
  readonly mqttUrl: string | undefined;
  readonly natsUrl: string | undefined;
  readonly controlUrl: string;
  /** Certificate authority to trust, PEM; undefined without TLS. */
  readonly ca: string | undefined;
  /** First arrivals in order; empty with `record: "counts"`. */
  readonly events: readonly CityEvent[];
  /** Arrivals of events that were there already. */
  readonly duplicates: number;
  readonly counters: LedgerCounters;
  /** Gaps in the sequence of one uplink; see {@link MissingReport}. `source` is `gatehouse/{gateway}`. */
  missing(source: string, via?: Via): MissingReport;
  /** Fails that way from now on; without a mode works again. Resolves when the change is in force. */
  fail(mode?: FailMode, options?: { readonly fraction?: number; readonly delayMs?: number }): Promise<void>;
  /** Resolves as soon as the condition holds, looked at now and after every arrival. Rejects when the signal aborts. */
  until(condition: () => boolean, signal?: AbortSignal): Promise<void>;
  status(): CityStatus;
  /** Public key of its commands, PEM; their `keyId` is `city`. */
  readonly commandKey: string;
  /** Signs a command and sends it; over HTTP it goes with the next answer. */
  command(order: CommandOrder): SignedCommand;
  close(): Promise<void>;
}

const LOOPBACK: ListenAt = { host: "127.0.0.1", port: 0 };

/** Throws LinkError `refused` when a port is taken, ConfigError when plain HTTP is to listen beyond loopback. */
export async function startCity(options: CityOptions): Promise<City> {
  const { clock, log, seed = 1, record = "all" } = options;
  checkLoopback("http", options.http);
  checkLoopback("control", options.control);
  let failure: Failure = Failure.parse({ mode: null });
  const file = options.file === undefined ? undefined : new LedgerFile(options.file);
  const ledger = new Ledger({
    record,
    clock,
    file,
    rejects: (event) => (rejects(failure, seed, event.id) ? "rejected to see what happens" : undefined),
    onEvent: options.onEvent,
  });
  const conditions = new Set<() => void>();
  const changed = () => {
    for (const look of conditions) look();
  };
  const doubts = options.keys === undefined ? undefined : await disbelief(options.keys, clock);
  const commands = new CommandDesk(clock);
  if (options.commandKeyFile !== undefined) writeFileSync(options.commandKeyFile, commands.publicKey);
  const doors = await openDoors(options, {
    ledger,
    clock,
    failure: () => failure,
    changed,
    commands,
    disbelief: doubts,
  });
  const command = (order: CommandOrder): SignedCommand => {
    const signed = commands.sign(order);
    if (order.via === "mqtt") doors.publish(uplinkTopic.commands(signed.gateway), JSON.stringify(signed));
    else commands.queue(signed);
    return signed;
  };
  const apply = async (next: Failure): Promise<void> => {
    log.info({ ...next }, "city platform changes its conduct");
    failure = next;
    if (next.mode === "refuse") await Promise.all(doors.listeners.map((listener) => listener.shut()));
    else for (const listener of doors.listeners) await listener.open();
  };
  const status = (): CityStatus => ({ ...ledger.counters, failure, uplinks: uplinksOf(ledger) });
  const control = new Listener(
    createServer(controlOverHttp({ status, fail: apply, command })),
    options.control ?? LOOPBACK,
  );
  await control.open();
  return {
    ...doors.urls,
    controlUrl: `http://${control.address}`,
    ca: doors.ca,
    commandKey: commands.publicKey,
    command,
    events: ledger.events,
    get duplicates() {
      return ledger.counters.duplicates;
    },
    get counters() {
      return ledger.counters;
    },
    missing: (source, via = "http") => ledger.missing(source, via),
    fail: (mode, settings = {}) => apply(Failure.parse({ mode: mode ?? null, ...settings })),
    until: (condition, signal) => until(condition, conditions, signal),
    status,
    close: async () => {
      await Promise.all([control, ...doors.listeners].map((listener) => listener.shut()));
      await doors.close();
      file?.close();
    },
  };
}

/** Without TLS nothing may leave the machine. */
function checkLoopback(path: string, at: ListenAt | undefined): void {
  if (at === undefined || ["127.0.0.1", "::1", "localhost"].includes(at.host)) return;
  throw new ConfigError({ path, reason: `${at.host} is not loopback`, fix: "listen on 127.0.0.1, or use https" });
}

async function openDoors(options: CityOptions, deps: IngestDeps) {
  const { https, http, mqtt, nats, caFile } = options;
  const certificate =
    https !== undefined || mqtt?.tls === true || nats?.tls === true ? await makeCertificate() : undefined;
  if (caFile !== undefined && certificate !== undefined) writeFileSync(caFile, certificate.certPem);
  const tls = { cert: certificate?.certPem, key: certificate?.keyPem };
  const ingest = ingestOverHttp(deps);
  const httpsDoor = https && new Listener(createSecureServer(tls, ingest), https);
  const httpDoor = http && new Listener(createServer(ingest), http);
  const broker = mqtt && (await ingestOverMqtt(deps));
  const handle = broker?.broker.handle;
  const mqttServer =
    mqtt?.tls === true
      ? createTlsServer({ ...tls, noDelay: true }, handle)
      : createTcpServer({ noDelay: true }, handle);
  const mqttDoor = mqtt && new Listener(mqttServer, mqtt);
  const natsDoor = nats && new Listener(ingestOverNats(deps, nats.tls === true ? tls : undefined), nats);
  const listeners = [httpsDoor, httpDoor, mqttDoor, natsDoor].filter((door) => door !== undefined);
  for (const listener of listeners) await listener.open();
  return {
    listeners,
    ca: certificate?.certPem,
    urls: {
      httpsUrl: httpsDoor && `https://${httpsDoor.address}${INGEST_PATH}`,
      httpUrl: httpDoor && `http://${httpDoor.address}${INGEST_PATH}`,
      mqttUrl: mqttDoor && `${mqtt?.tls === true ? "mqtts" : "mqtt"}://${mqttDoor.address}`,
      natsUrl: natsDoor && `${nats?.tls === true ? "tls" : "nats"}://${natsDoor.address}`,
    },
    publish: (topic: string, text: string) => broker?.publish(topic, text),
    close: async () => broker?.close(),
  };
}

function uplinksOf(ledger: Ledger): CityStatus["uplinks"] {
  return ledger.uplinks.map(({ via, source }) => ({ via, source, ...ledger.missing(source, via) }));
}

function until(condition: () => boolean, conditions: Set<() => void>, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      conditions.delete(look);
      signal?.removeEventListener("abort", abort);
      finish();
    };
    const look = () => {
      if (condition()) settle(resolve);
    };
    const abort = () => settle(() => reject(signal?.reason));
    conditions.add(look);
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted) abort();
    else look();
  });
}
