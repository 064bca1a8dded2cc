/** An MQTT 3.1.1 client that sends exactly the bytes a test gives it, so that it can also do what no library would. */
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { LinkError } from "@gatehouse/protocol";

export interface ConnectFields {
  readonly user?: string;
  readonly password?: string;
  readonly clientId?: string;
  readonly clean?: boolean;
  readonly keepaliveSeconds?: number;
  readonly will?: { readonly topic: string; readonly payload: string; readonly retain?: boolean };
  readonly version?: number;
}

export interface WirePacket {
  readonly type: number;
  readonly flags: number;
  readonly body: Buffer;
}

export interface Received {
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
  readonly retain: boolean;
}

const text = (value: string | Buffer) => {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
};

/** A fixed header that announces `length` bytes, whatever follows. */
export function header(firstByte: number, length: number): Buffer {
  const bytes = [firstByte];
  let rest = length;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>= 7;
  } while (rest > 0);
  return Buffer.from(bytes);
}

const packet = (firstByte: number, ...parts: readonly Buffer[]) => {
  const body = Buffer.concat(parts);
  return Buffer.concat([header(firstByte, body.length), body]);
};

const number = (value: number) => Buffer.from([value >> 8, value & 0xff]);

export function connectPacket(fields: ConnectFields): Buffer {
  const { user, password, clientId = "wire", clean = true, keepaliveSeconds = 60, will, version = 4 } = fields;
  const flags =
    (user === undefined ? 0 : 0x80) |
    (password === undefined ? 0 : 0x40) |
    (will === undefined ? 0 : 0x04 | (will.retain ? 0x20 : 0)) |
    (clean ? 0x02 : 0);
  const optional = [will?.topic, will?.payload, user, password].filter((part) => part !== undefined);
  const properties = version === 5 ? [Buffer.from([0])] : [];
  const start = Buffer.concat([text("MQTT"), Buffer.from([version, flags]), number(keepaliveSeconds), ...properties]);
  return packet(0x10, start, text(clientId), ...optional.map((part) => text(part)));
}

export function publishPacket(topic: string, payload: string | Buffer, id = 1, flags = 0x02): Buffer {
  const qos = (flags >> 1) & 3;
  return packet(0x30 | flags, text(topic), qos === 0 ? Buffer.alloc(0) : number(id), Buffer.from(payload as string));
}

export function subscribePacket(topic: string, id = 1, qos = 1): Buffer {
  return packet(0x82, number(id), text(topic), Buffer.from([qos]));
}

export const PINGREQ = Buffer.from([0xc0, 0]);
export const DISCONNECT = Buffer.from([0xe0, 0]);

export class WireClient {
  readonly socket: Socket;
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>;
  #bytes = Buffer.alloc(0);
  #isClosed = false;
  #wake: () => void = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#wake();
    });
    socket.on("error", () => {});
    this.closed = new Promise((resolve) =>
      socket.on("close", () => {
        this.#isClosed = true;
        this.#wake();
        resolve();
      }),
    );
  }

  static async open(port: number, options: { readonly host?: string; readonly ca?: string } = {}): Promise<WireClient> {
    const { host = "127.0.0.1", ca } = options;
    const socket = ca === undefined ? connectTcp(port, host) : connectTls({ port, host, ca, servername: "localhost" });
    const client = new WireClient(socket);
    await new Promise((resolve, reject) => {
      socket.once(ca === undefined ? "connect" : "secureConnect", resolve);
      socket.once("error", reject);
    });
    return client;
  }

  /** Opens and says who it is. Throws when it is not let in. */
  static async connect(port: number, fields: ConnectFields): Promise<WireClient> {
    const client = await WireClient.open(port);
    const code = await client.connect(fields);
    if (code !== 0) throw new LinkError("refused", `CONNACK ${code}`);
    return client;
  }

  send(...parts: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(parts));
  }

  /** The next packet. Throws LinkError when the connection ends first. */
  async next(): Promise<WirePacket> {
    for (;;) {
      const found = this.#take();
      if (found !== undefined) return found;
      if (this.#isClosed) throw new LinkError("closed", "the broker closed the connection");
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The return code of the CONNACK. */
  async connect(fields: ConnectFields): Promise<number> {
    this.send(connectPacket(fields));
    const { body } = await this.next();
    return body[1] ?? -1;
  }

  /** The granted QoS; 128 for a refusal. */
  async subscribe(topic: string, id = 1, qos = 1): Promise<number> {
    this.send(subscribePacket(topic, id, qos));
    const { body } = await this.next();
    return body[2] ?? -1;
  }

  /** Publishes with QoS 1 and resolves with the id of the next acknowledgement. */
  async publish(topic: string, payload: string | Buffer, id = 1): Promise<number> {
    this.send(publishPacket(topic, payload, id));
    return this.acknowledged();
  }

  async acknowledged(): Promise<number> {
    const { body } = await this.next();
    return body.readUInt16BE(0);
  }

  /** The next message, acknowledged when it asks for that. */
  async message(): Promise<Received> {
    const { flags, body } = await this.next();
    const qos = (flags >> 1) & 3;
    const length = body.readUInt16BE(0);
    const start = 2 + length + (qos > 0 ? 2 : 0);
    if (qos > 0) this.send(packet(0x40, body.subarray(2 + length, start)));
    const topic = body.toString("utf8", 2, 2 + length);
    return { topic, payload: body.toString("utf8", start), qos, retain: (flags & 1) === 1 };
  }

  #take(): WirePacket | undefined {
    let length = 0;
    for (let at = 1; at < Math.min(5, this.#bytes.length); at++) {
      const byte = this.#bytes[at] ?? 0;
      length |= (byte & 0x7f) << (7 * (at - 1));
      if (byte >= 0x80) continue;
      const end = at + 1 + length;
      if (this.#bytes.length < end) return undefined;
      const first = this.#bytes[0] ?? 0;
      const body = Buffer.from(this.#bytes.subarray(at + 1, end));
      this.#bytes = this.#bytes.subarray(end);
      return { type: first >> 4, flags: first & 15, body };
    }
    return undefined;
  }
}
