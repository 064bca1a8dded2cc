import { FakeClock, settle } from "@gatehouse/protocol/testing";
import { expect, test } from "vitest";
import { buildModel } from "../core/model.ts";
import type { LocalPublish } from "../core/ports.ts";
import { memoryVault } from "../testing/driver-deps.ts";
import { MemoryLog } from "../testing/log.ts";
import { testConfig } from "../testing/site.ts";
import { type HomeAssistantOptions, HomeAssistantTopics } from "./home-assistant.ts";

/** Notes what is published, and lets a test be a client of it. */
class Board {
  readonly published: [topic: string, payload: string][] = [];
  /** Another one that takes publishes, asked first. */
  first: ((publish: LocalPublish) => Promise<void> | undefined) | undefined;
  #handler: ((publish: LocalPublish) => Promise<void> | undefined) | undefined;
  #onlooker: ((publish: LocalPublish) => void) | undefined;

  readonly broker: HomeAssistantOptions["broker"] = {
    onPublish: (handler) => {
      this.#handler = handler;
      return () => {};
    },
    onLook: (onlooker) => {
      this.#onlooker = onlooker;
      return () => {};
    },
    publish: async (topic, payload) => void this.published.push([topic, String(payload)]),
  };

  say(topic: string, payload: string): Promise<void> | undefined {
    const publish = { client: "ha", topic, payload: Buffer.from(payload), qos: 1 } as const;
    this.#onlooker?.(publish);
    return this.first?.(publish) ?? this.#handler?.(publish);
  }

  take(): [string, string][] {
    return this.published.splice(0);
  }
}

const whole = buildModel(testConfig());
const without = buildModel(
  testConfig({
    spaces: [{ id: "F1", kind: "flat", rooms: [{ areaM2: 12 }], risk: "red" }],
    portals: [{ id: "D1", kind: "door", from: "outside", to: "F1" }],
    devices: [{ id: "lock-1", kind: "lock", portal: "D1" }],
  }),
);

function start(board: Board, core: { model: typeof whole }, vault = memoryVault()) {
  const clock = new FakeClock();
  const stop = new AbortController();
  const { broker } = board;
  const topics = new HomeAssistantTopics({ core, broker, clock, log: new MemoryLog(), prefix: "homeassistant", vault });
  const ended = topics.run(stop.signal);
  return {
    clock,
    end: () => {
      stop.abort();
      return ended;
    },
  };
}

const gone = (published: [string, string][]) =>
  published.flatMap(([topic, payload]) => (payload === "" ? [topic.split("/")[2]] : []));

test("a room that is no longer on the site is withdrawn, while it runs and after a restart, and again for a late Home Assistant", async () => {
  const board = new Board();
  const core = { model: whole };
  const vault = memoryVault();
  const first = start(board, core, vault);
  await settle();
  expect(board.take().length).toBe(5);
  core.model = without;
  await first.clock.advance(5_000);
  expect(gone(board.take())).toEqual(["gatehouse_test-site_space_F2", "gatehouse_test-site_portal_D2"]);
  await first.end();
  core.model = whole;
  const second = start(board, core, vault);
  await settle();
  await second.end();
  board.take();
  core.model = without;
  const third = start(board, core, vault);
  await settle();
  expect(gone(board.take())).toContain("gatehouse_test-site_space_F2");
  await board.say("homeassistant/status", "online");
  await third.clock.advance(5_000);
  const again = board.take();
  expect(gone(again)).toContain("gatehouse_test-site_space_F2");
  expect(again.map(([topic]) => topic)).toContain("homeassistant/device/gatehouse_test-site_space_F1/config");
  await third.end();
});

test("what did not change is not said again", async () => {
  const board = new Board();
  const run = start(board, { model: whole });
  await settle();
  board.take();
  await run.clock.advance(20_000);
  expect(board.take()).toEqual([]);
  await run.end();
});

test("a driver of announcements on the same prefix hears them, and a Home Assistant that begins is told again all the same", async () => {
  const board = new Board();
  board.first = () => Promise.resolve();
  const { clock, end } = start(board, { model: whole });
  await settle();
  board.take();
  await board.say("homeassistant/status", "online");
  await clock.advance(5_000);
  expect(board.take()).toHaveLength(5);
  board.first = undefined;
  expect(board.say("homeassistant/sensor/x/config", "{}")).toBeUndefined();
  expect(board.say("homeassistant/status", "online")).toBeInstanceOf(Promise);
  await end();
});
