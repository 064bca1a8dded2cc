/** A simulated Sparkplug edge node: a client of a broker with a will, births, data and deaths, that obeys rebirth requests and writes. */
import { type Clock, LinkError } from "@gatehouse/protocol";
import { connect, type MqttClient } from "mqtt";
import { readWrites, type SimMetric, type SimWrite, writePayload } from "./bytes.ts";

export interface SimEdgeNodeOptions {
  readonly url: string;
  readonly group: string;
  readonly node: string;
  readonly clock: Clock;
  readonly username?: string;
  readonly password?: string;
  readonly bdSeq?: number;
  /** Its devices and all they will ever report. */
  readonly devices: Readonly<Record<string, readonly SimMetric[]>>;
  /** Births by themselves once it is connected; false for one that waits to be asked. */
  readonly bornAtOnce?: boolean;
}

export class SimEdgeNode {
  readonly #options: SimEdgeNodeOptions;
  readonly #values = new Map<string, Map<string, SimMetric>>();
  readonly rebirths: number[] = [];
  readonly writes: (SimWrite & { readonly device: string })[] = [];
  /** What it does when a metric of a device is written; without one it takes the value and reports it. */
  onWrite: ((device: string, write: SimWrite) => void) | undefined;
  #client: MqttClient | undefined;
  #seq = 0;

  constructor(options: SimEdgeNodeOptions) {
    this.#options = options;
    for (const [device, metrics] of Object.entries(options.devices))
      this.#values.set(device, new Map(metrics.map((metric) => [metric.name ?? "", metric])));
  }

  /** Resolves when it listens to its host and, unless told otherwise, has published its births. Throws LinkError. */
  async join(): Promise<void> {
    const { url, group, node, username, password, bornAtOnce = true } = this.#options;
    const client = connect(url, {
      protocolVersion: 4,
      clientId: `${group}-${node}`,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      clean: true,
      reconnectPeriod: 0,
      will: { topic: this.#topic("NDEATH"), payload: this.#death(), qos: 1, retain: false },
    });
    this.#client = client;
    await new Promise<void>((resolve, reject) => {
      client.once("connect", () => resolve());
      client.once("error", (cause) => reject(new LinkError("refused", `${url}: ${cause.message}`, { cause })));
    });
    client.on("error", () => {});
    client.on("message", (topic, payload) => this.#hear(topic, payload));
    await client.subscribeAsync([this.#topic("NCMD"), `${this.#topic("DCMD")}/+`], { qos: 1 });
    if (bornAtOnce) await this.births();
  }

  async births(): Promise<void> {
    this.#seq = 0;
    const metrics: SimMetric[] = [
      { name: "bdSeq", type: "Int64", value: this.#options.bdSeq ?? 0 },
      { name: "Node Control/Rebirth", type: "Boolean", value: false },
    ];
    await this.#say("NBIRTH", undefined, metrics, true);
    for (const device of this.#values.keys()) await this.deviceBirth(device);
  }

  deviceBirth(device: string): Promise<void> {
    return this.#say("DBIRTH", device, [...(this.#values.get(device)?.values() ?? [])], true);
  }

  /** New values of a device's metrics, each by the alias of its birth where it has one. */
  report(device: string, values: Readonly<Record<string, Partial<SimMetric>>>): Promise<void> {
    const metrics = Object.entries(values).map(([name, change]) => {
      const known = this.#values.get(device)?.get(name);
      if (known === undefined) throw new RangeError(`${device} has no metric ${name}`);
      const { unit: _, ...metric } = { ...known, timestamp: this.#options.clock.nowMs(), ...change };
      if (metric.historical !== true) this.#values.get(device)?.set(name, { ...known, value: metric.value });
      return metric.alias === undefined ? metric : (({ name: __, ...byAlias }) => byAlias)(metric);
    });
    return this.#say("DDATA", device, metrics, false);
  }

  deviceDeath(device: string): Promise<void> {
    return this.#say("DDEATH", device, [], true);
  }

  /** So many messages get lost on their way. */
  skip(count: number): void {
    this.#seq = (this.#seq + count) & 0xff;
  }

  /** Bytes as they are. */
  async raw(type: string, device: string | undefined, payload: Buffer): Promise<void> {
    await this.#client?.publishAsync(this.#topic(type, device), payload, { qos: 0 });
  }

  /** Resolves when the broker has all that was said: QoS 0 alone is not answered. */
  async reached(): Promise<void> {
    await this.#client?.unsubscribeAsync("nothing");
  }

  /** Without a word: the broker publishes the will. */
  drop(): void {
    this.#client?.stream.destroy();
  }

  async leave(): Promise<void> {
    const client = this.#client;
    if (client === undefined || !client.connected) return;
    await client.publishAsync(this.#topic("NDEATH"), this.#death(), { qos: 1 });
    await client.endAsync();
  }

  close(): void {
    this.#client?.end(true);
  }

  async #say(type: string, device: string | undefined, metrics: readonly SimMetric[], birth: boolean): Promise<void> {
    const timestamp = this.#options.clock.nowMs();
    const seq = this.#seq;
    this.#seq = (seq + 1) & 0xff;
    const timed = metrics.map((metric) => ({ timestamp, ...metric }));
    const payload = writePayload({ timestamp, seq, metrics: timed, birth });
    await this.#client?.publishAsync(this.#topic(type, device), payload, { qos: 0 });
  }

  #hear(topic: string, payload: Buffer): void {
    const [, , type, , device] = topic.split("/");
    for (const write of readWrites(payload)) {
      if (type === "NCMD") {
        if (write.name !== "Node Control/Rebirth" || write.value !== true) continue;
        this.rebirths.push(this.#options.clock.nowMs());
        this.births().catch(() => {});
      } else if (device !== undefined) this.#written(device, write);
    }
  }

  #written(device: string, write: SimWrite): void {
    this.writes.push({ device, ...write });
    if (this.onWrite !== undefined) {
      this.onWrite(device, write);
      return;
    }
    const metric = [...(this.#values.get(device)?.values() ?? [])].find(
      ({ name, alias }) => name === write.name || (alias !== undefined && alias === write.alias),
    );
    if (metric?.name !== undefined) this.report(device, { [metric.name]: { value: write.value } }).catch(() => {});
  }

  #death(): Buffer {
    const metrics: SimMetric[] = [{ name: "bdSeq", type: "Int64", value: this.#options.bdSeq ?? 0 }];
    return writePayload({ timestamp: this.#options.clock.nowMs(), metrics, birth: true });
  }

  #topic(type: string, device?: string): string {
    const { group, node } = this.#options;
    return ["spBv1.0", group, type, node, ...(device === undefined ? [] : [device])].join("/");
  }
}
