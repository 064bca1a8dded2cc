/** A device over MQTT that obeys, and keeps what it was told to do. */
import { type CommandResult, type DeviceCommand, deviceTopic, type ReadingKind } from "@gatehouse/protocol";
import mqtt, { type MqttClient } from "mqtt";

export interface ObeyingDevice extends AsyncDisposable {
  readonly commands: DeviceCommand[];
  /** A reading, sent and not waited for. */
  say(kind: ReadingKind): void;
  /** Resolves with the next command. */
  next(): Promise<DeviceCommand>;
}

/** `answer` gives what it says to a command; undefined: nothing. Resolves once it hears commands. */
export async function obeyingDevice(
  url: string,
  id: string,
  answer: (command: DeviceCommand) => Promise<Omit<CommandResult, "id"> | undefined>,
): Promise<ObeyingDevice> {
  const client: MqttClient = await mqtt.connectAsync(url, { clientId: id, username: id, reconnectPeriod: 0 });
  client.on("error", () => {});
  const commands: DeviceCommand[] = [];
  let wake: (command: DeviceCommand) => void = () => {};
  client.on("message", (_topic, payload) => {
    const command = JSON.parse(payload.toString()) as DeviceCommand;
    commands.push(command);
    wake(command);
    void answer(command).then((result) => {
      if (result === undefined || !client.connected) return;
      client.publish(deviceTopic.result(id), JSON.stringify({ id: command.id, ...result }), { qos: 1 });
    });
  });
  await client.subscribeAsync(deviceTopic.command(id), { qos: 1 });
  return {
    commands,
    say: (kind) => client.publish(deviceTopic.readings(id), JSON.stringify({ kind }), { qos: 1 }, () => {}),
    next: () =>
      new Promise((resolve) => {
        wake = resolve;
      }),
    async [Symbol.asyncDispose]() {
      client.end(true);
    },
  };
}
