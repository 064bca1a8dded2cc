import { startPlc } from "@gatehouse/device-sim";
import { systemClock } from "@gatehouse/protocol";
import { expect, test } from "vitest";
import { isRead, plcDriver } from "./support/plc-harness.ts";
import { tempDir } from "./support/temp-dir.ts";
test("x", async () => {
  await using plc = await startPlc();
  using dir = tempDir();
  const stop = new AbortController();
  const { driver, log, health } = plcDriver({ clock: systemClock, folder: dir.path, config: { endpoint: plc.endpoint, security: "none", publishMs: 50 }, points: [{ node: plc.node(1, "PassedIn"), is: "pulse.in" }],
    accept: async (items) => { console.log("accept", JSON.stringify(items)); return []; } });
  const ended = driver.run(stop.signal).catch((e) => console.log("ENDED", e));
  await isRead(log);
  plc.set(1, "PassedIn", 7);
  await systemClock.sleep(500);
  plc.set(1, "PassedIn", 1);
  plc.set(1, "PassedIn", 0);
  await systemClock.sleep(500);
  console.log(JSON.stringify(log.lines), JSON.stringify(health.entries));
  stop.abort(); await ended;
  expect(1).toBe(1);
}, 20000);
