/** Between an MQTT client and its broker: passes every byte on, and keeps the packets that the client sent, in their order. */
import { connect, createServer, type Socket } from "node:net";
import mqttPacket, { type Packet } from "mqtt-packet";

export interface MqttRecorder extends AsyncDisposable {
  readonly port: number;
  /** Of all connections, one after the other. */
  readonly packets: Packet[];
  /** Open at this moment. */
  readonly connections: number;
  until(fits: (packet: Packet) => boolean, from?: number): Promise<Packet>;
}

export async function recordMqtt(brokerPort: number, version: 4 | 5): Promise<MqttRecorder> {
  const packets: Packet[] = [];
  const waiting = new Set<() => void>();
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((client) => {
    const broker = connect(brokerPort, "127.0.0.1");
    const parser = mqttPacket.parser({ protocolVersion: version });
    connections += 1;
    parser.on("packet", (packet) => {
      packets.push(packet);
      for (const look of waiting) look();
    });
    client.on("data", (chunk) => parser.parse(chunk));
    for (const [socket, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.pipe(other);
      socket.once("close", () => {
        other.destroy();
        sockets.delete(socket);
      });
    }
    client.once("close", () => {
      connections -= 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    packets,
    get connections() {
      return connections;
    },
    until: (fits, from = 0) =>
      new Promise((resolve) => {
        const look = () => {
          const found = packets.slice(from).find(fits);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
