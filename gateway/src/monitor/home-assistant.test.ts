import { FakeClock, settle } from "@gatehouse/protocol/testing";
import { expect, test } from "vitest";
import { buildModel } from "../core/model.ts";
import type { LocalBroker, LocalPublish } from "../core/ports.ts";
import { memoryVault } from "../testing/driver-deps.ts";
import { MemoryLog } from "../testing/log.ts";
import { testConfig } from "../testing/site.ts";
import { HomeAssistantTopics } from "./home-assistant.ts";

/** Notes what is published, and lets a test be a client of it. */
class Board {
  readonly published: [topic: string, payload: string][] = [];
  #handler: ((publish: LocalPublish) => Promise<void> | undefined) | undefined;

  readonly broker: LocalBroker = {
    onPublish: (handler) => {
      this.#handler = handler;
      return () => {};
    },
    publish: async (topic, payload) => void this.published.push([topic, String(payload)]),
  };

  say(topic: string, payload: string): Promise<void> | undefined {
    return this.#handler?.({ client: "ha", topic, payload: Buffer.from(payload), qos: 1 });
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
