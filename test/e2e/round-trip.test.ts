import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readScenario, runSim, silentLog, siteFor, startCity, startOf } from "@gatehouse/device-sim";
import { type Alert, formatAnchor, scaledClock, systemClock } from "@gatehouse/protocol";
import mqtt from "mqtt";
import { expect, it } from "vitest";
import { freePort } from "../support/free-port.ts";
import { GATEHOUSE, startGateway } from "../support/gateway-process.ts";
import { eventually, readingsTopic } from "../support/rig.ts";
import { tempDir } from "../support/temp-dir.ts";

const DAY_MS = 86_400_000;
/** Slow enough that a busy machine does not oversleep the nightly sample, fast enough for two nights. */
const SCALE = 7_200;
const DAYS = 2.3;

/** An alert without what names the installation, and without who was told that nobody answers: in a replay nobody is asked. */
const plain = ({ id, escalation: _, ...alert }: Alert): object => ({
  ...alert,
  number: id.slice(-5),
  history: alert.history.filter((step) => step.escalation === undefined && !OVERDUE.has(step.note ?? "")),
});
const OVERDUE = new Set(["not acknowledged in time", "not resolved in time"]);
const byEpisode = (a: Alert, b: Alert) =>
  `${a.id.slice(-5)}/${a.episode}`.localeCompare(`${b.id.slice(-5)}/${b.episode}`);

it("an exported history replayed gives the alerts the gateway raised, from the file and from the journal", async () => {
  using dir = tempDir();
  const at = (name: string) => join(dir.path, name);
  const gatehouse = (...args: string[]) => spawnSync(process.execPath, [GATEHOUSE, ...args], { encoding: "utf8" });
  // With MQTT alone: what a line has not told yet when everything stops is not owed to anybody.
  const scenario = { ...readScenario("compound"), lines: [] };
  const anchor = { worldMs: startOf(scenario), realMs: systemClock.nowMs(), scale: SCALE };
  const clock = scaledClock(anchor);
  const city = await startCity({ https: { host: "127.0.0.1", port: 0 }, caFile: at("ca.pem"), clock, log: silentLog });
  const port = await freePort();
  const site = siteFor(scenario);
  const watch = { id: "watch-1", kind: "lock", portal: "door-1-101" };
  const uplink = { id: "city", type: "https", url: city.httpsUrl, tls: { ca: { file: at("ca.pem") } } };
  const broker = { listen: `127.0.0.1:${port}`, anonymousLoopback: true };
  writeFileSync(
    at("site.yaml"),
    JSON.stringify({ ...site, devices: [...(site.devices ?? []), watch], broker, uplinks: [uplink] }),
  );
  const args = ["--clock", formatAnchor(anchor)];
  const gateway = await startGateway({ siteFile: at("site.yaml"), stateDir: at("state"), args });
  try {
    const url = `mqtt://127.0.0.1:${port}`;
    const stop = new AbortController();
    const people = runSim({
      scenario,
      seed: 3,
      url,
      clock,
      log: silentLog,
      signal: stop.signal,
      startMs: anchor.worldMs,
    });
    const guard = await mqtt.connectAsync(url, { clientId: watch.id, username: watch.id, reconnectPeriod: 0 });
    const say = (kind: string, seq: number) =>
      guard.publishAsync(readingsTopic(watch.id), JSON.stringify({ epoch: 1, seq, kind }), { qos: 1 });
    await say("door.forced", 1);
    await say("door.closed", 2);
    await clock.sleep((DAYS * DAY_MS - (clock.nowMs() - anchor.worldMs)) / SCALE);
    await say("door.forced", 3);
    stop.abort();
    await people;
    await eventually(gateway.metrics, (page) => !/gatehouse_outbox_waiting\{.*\} [1-9]/.test(page), 20_000);

    const out = gatehouse("export", "readings", "--state", at("state"), "--out", at("readings.ndjson.gz"));
    expect(out, out.stderr).toMatchObject({ status: 0 });
    const files = ["--site", at("site.yaml"), "--readings", at("readings.ndjson.gz")];
    const replayed = gatehouse("replay", ...files, "--out", at("one"), "--json");
    expect(replayed, replayed.stderr).toMatchObject({ status: 0 });
    const summary = JSON.parse(replayed.stdout) as { readonly to: string };
    expect(summary).toMatchObject({ rejected: 0, duplicates: 0, outOfOrder: 0 });
    const { to } = summary;
    const alerts = readFileSync(at("one/alerts.ndjson"), "utf8").trim().split("\n");
    const found = alerts.map((line) => JSON.parse(line) as Alert).sort(byEpisode);

    // The box went on behind the last reading: of each episode the last form that is no later.
    const told = new Map<string, Alert>();
    for (const { type, event } of city.events) {
      if (!type.startsWith("gatehouse.alert.")) continue;
      const alert = event?.data as unknown as Alert;
      if ((alert.history.at(-1)?.at ?? "") <= to) told.set(`${alert.id}/${alert.episode}`, alert);
    }
    const kinds = found.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "door-forced")).toHaveLength(2);
    expect(found.map(plain)).toEqual([...told.values()].sort(byEpisode).map(plain));

    const direct = gatehouse("replay", "--state", at("state"), "--out", at("two"), "--until", to, "--json");
    expect(direct, direct.stderr).toMatchObject({ status: 0 });
    for (const file of ["alerts.ndjson", "estimates.ndjson"])
      expect(readFileSync(at(`two/${file}`), "utf8") === readFileSync(at(`one/${file}`), "utf8"), file).toBe(true);
    guard.end(true);
  } finally {
    await gateway.end("SIGKILL");
    await city.close();
  }
});
