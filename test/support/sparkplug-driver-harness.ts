/** The Sparkplug driver for the contract: a simulated edge node on Mosquitto at the other end. */
import type { BadInput, OpenDriver } from "./driver-contract.ts";
import { openSparkplugRig } from "./sparkplug-rig.ts";

export const openSparkplugDriver: OpenDriver = async (accept) => {
  const device = { id: "lock-302", kind: "lock" as const, address: "Plant/Gw/Door-3" };
  const use = { "Door/Open": "door", "Door/Locked": "lock", "Card/Last": "card" };
  // What the births say of the door and the lock is no reading of the test's.
  const news: typeof accept = (items) => accept(items.filter((item) => !isOfBirth(item)));
  const rig = await openSparkplugRig({
    accept: news,
    devices: [{ ...device, metrics: use }],
    config: { reorderMs: 0 },
  });
  const node = rig.node();
  const { driver, clock, topics } = rig;
  // Nobody obeys unasked.
  node.onWrite = () => {};
  return {
    driver,
    clock,
    device: device.id,
    join: async () => {
      await rig.online();
      await node.join();
      await heard("DBIRTH/Gw/Door-3");
    },
    send: (seq) => void node.report("Door-3", { "Card/Last": { value: `${10_000 + seq}` } }).catch(() => {}),
    acknowledged: () => Promise.reject(new RangeError("messages of Sparkplug are not acknowledged")),
    isQuiet: async () => {
      await roundTrip();
      return true;
    },
    badInputs: badInputs(),
    obey: (ok) =>
      new Promise((resolve) => {
        node.onWrite = (_, { alias, value }) => {
          if (alias !== 11) return;
          // One that does not obey reports what it has.
          node.report("Door-3", { "Door/Locked": { value: ok ? value : !value } }).catch(() => {});
          resolve({ action: value === true ? "lock" : "unlock" });
        };
      }),
    breakLink: () => {
      Promise.resolve(rig.kill()).catch(() => {});
    },
    codes: () => rig.health.entries.map(({ code }) => code),
    close: rig.close,
  };

  /** The onlooker has it; the driver is told at the same time, and answers the round trip behind it. */
  async function heard(end: string): Promise<void> {
    await topics.until(({ topic }) => topic.endsWith(end));
    await roundTrip();
  }

  /** An offline of its own that the driver contradicts comes behind all that was sent before. */
  async function roundTrip(): Promise<void> {
    const from = topics.messages.length;
    const lie = JSON.stringify({ online: false, timestamp: 1 });
    await rig.onlooker.publishAsync("spBv1.0/STATE/gatehouse", lie, { qos: 1, retain: true });
    await topics.until(({ topic, text }) => topic === "spBv1.0/STATE/gatehouse" && text.includes("true"), from);
  }

  function badInputs(): readonly BadInput[] {
    const sent = (name: string, payload: Buffer, recorded?: RegExp): BadInput => ({
      name,
      ...(recorded === undefined ? {} : { recorded }),
      send: async () => {
        await node.raw("DDATA", "Door-3", payload);
        await roundTrip();
      },
    });
    return [
      sent("bytes that are no payload", Buffer.from([0xff, 0xff, 0xff]), /not a Sparkplug B payload/),
      sent("an empty payload", Buffer.alloc(0)),
      {
        name: "a card that is none",
        recorded: /Card\/Last: .* is no card number/,
        send: async () => {
          await node.report("Door-3", { "Card/Last": { value: "x".repeat(65) } });
          await roundTrip();
        },
      },
      {
        name: "a payload of a megabyte",
        recorded: /524288 are taken/,
        send: async () => {
          await node.raw("DDATA", "Door-3", Buffer.alloc(1024 * 1024));
          await roundTrip();
        },
      },
      {
        name: "a topic that is none",
        recorded: /no topic of Sparkplug/,
        send: async () => {
          await rig.onlooker.publishAsync("spBv1.0/Plant/XDATA/Gw/Door-3", Buffer.alloc(1));
          await roundTrip();
        },
      },
    ];
  }
};

const isOfBirth = (item: unknown): boolean =>
  item !== null && typeof item === "object" && "kind" in item && /^(door|lock)\./.test(String(item.kind));
