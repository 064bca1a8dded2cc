/** A restore that is undone after the gateway has taken readings with it: real store, broker and console, one process. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@gatehouse/protocol";
import { connect } from "mqtt";
import { expect, it } from "vitest";
import { READY_FILE, STAGING } from "./backup/take-up.ts";
import { Configuration } from "./configuration/configuration.ts";
import { type Running, runGateway } from "./main.ts";
import { MemoryLog } from "./testing/log.ts";

const listening = async (): Promise<{ readonly port: number; close(): Promise<void> }> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
};

it("readings taken with a restore that is undone are counted, and it is said where they lie", async () => {
  const dir = mkdtempSync(join(tmpdir(), "gatehouse-undone-"));
  const [taken, free] = [await listening(), await listening()];
  await free.close();
  const siteFile = join(dir, "site.yaml");
  const stateDir = join(dir, "state");
  const siteText = (console: string) => `site: { id: s, name: T, kind: rental-compound }
spaces: [{ id: R1, kind: flat, address: { code: "1", grid: unowned }, limit: { persons: 4, basis: test } }]
devices: [{ id: see-1, driver: m, kind: presence, space: R1, password: { file: pw } }]
drivers: [{ id: m, type: mqtt }]
broker: { listen: "127.0.0.1:${free.port}" }
console: ${console}
`;
  const staged = join(stateDir, STAGING);
  mkdirSync(join(staged, "site-file"), { recursive: true });
  mkdirSync(join(staged, "state"));
  writeFileSync(join(stateDir, "mark"), "what was here before");
  writeFileSync(join(dir, "pw"), "a-password-of-see-1\n", { mode: 0o600 });
  writeFileSync(siteFile, siteText("off"));
  writeFileSync(join(staged, "site-file", "site.yaml"), siteText(`{ listen: "127.0.0.1:${taken.port}" }`));
  const ready = { phase: "aside", madeAt: "2026-10-31T00:00:00Z", release: "0", site: "s" };
  writeFileSync(join(staged, READY_FILE), JSON.stringify(ready));

  // A device that speaks from its first moment: it is heard while the certificate of the restored box is made.
  let acknowledged = 0;
  const device = connect(`mqtt://127.0.0.1:${free.port}`, {
    username: "see-1",
    password: "a-password-of-see-1",
    clientId: "see-1",
    reconnectPeriod: 20,
  });
  device.on("error", () => {});
  device.once("connect", () =>
    device.publish("gatehouse/1/see-1/readings", JSON.stringify([{ kind: "presence.on" }]), { qos: 1 }, (error) => {
      if (error == null) acknowledged += 1;
      device.end(true);
    }),
  );

  const stop = new AbortController();
  const log = new MemoryLog();
  const onReady = Promise.withResolvers<Running>();
  const files = { siteFile, stateDir, clock: systemClock };
  const options = {
    ...files,
    log,
    configuration: new Configuration({ ...files, onChange: () => {} }),
    budgetBytes: 64e6,
    ballastBytes: 0,
    monitor: { host: "127.0.0.1", port: 0 },
    isChange: true,
  };
  const running = runGateway(options, onReady.resolve, stop.signal);
  try {
    await Promise.race([onReady.promise, running]);
    expect(acknowledged).toBe(1);
    expect(readFileSync(join(stateDir, "mark"), "utf8")).toBe("what was here before");
    const raised = log.lines.map((line) => JSON.stringify(line)).find((line) => line.includes("readings-aside"));
    expect(raised).toMatch(/[1-9]\d* readings received from \S+ to \S+ lie in /);
    expect(raised).toContain(join(stateDir, "replaced"));
  } finally {
    stop.abort();
    await running.catch(() => {});
    device.end(true);
    await taken.close();
    rmSync(dir, { recursive: true, force: true });
  }
}, 60_000);
