/**
 * A town under fire: fifty light gateways publish into a cluster of three, two consumers write to PostgreSQL, and the servers are killed,
 * frozen and cut off from one another in turn. Behind it, what the gateways acknowledged must stand in the database, each once.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { systemClock } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { type NatsCluster, startConsumer, startNatsCluster, startPostgres } from "@gatehouse/town";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { Client } from "pg";
import { eventually } from "../../support/rig.ts";
import { tempDir } from "../../support/temp-dir.ts";
import type { GatewaysStatus, GatewaysTask, Told } from "./gateways.ts";
import { blindToRepeats, type FleetMutant } from "./mutants.ts";
import { Routes } from "./partition.ts";

export interface FleetOptions {
  readonly gateways: number;
  /** A server is killed, frozen or cut off, one after the other. */
  readonly strikes: number;
  readonly seed: number;
  readonly ratePerSecond?: number;
  readonly mutant?: FleetMutant;
  readonly onProgress?: (share: number, note: string) => void;
}

export interface FleetResult {
  readonly gateways: number;
  readonly messages: number;
  readonly perSecond: number;
  readonly kills: number;
  readonly freezes: number;
  readonly partitions: number;
  /** Links of gateways that were made anew. */
  readonly failovers: number;
  readonly alerts: number;
  /** Acknowledged readings and told alerts that are not in the database. */
  readonly lost: number;
  /** Rows that say what another row says. */
  readonly duplicated: number;
  /** Deliveries the database had already. */
  readonly repeatsDropped: number;
  readonly gaps: number;
  /** From the last heal until everything was in the database, ms. */
  readonly caughtUpMs: number;
}

const PROCESSES = 2;
const FAULT_MS = 5_000;
const CALM_MS = 3_000;
const CATCH_UP_MS = 90_000;
const STREAM = "GATEHOUSE";
/** As short as a server allows, so that it is the database that must tell repeats. */
const DUPLICATE_WINDOW_NANOS = 100_000_000;

export async function runFleet(options: FleetOptions): Promise<FleetResult> {
  const { strikes, seed, ratePerSecond = 5, mutant, onProgress = () => {} } = options;
  await using stack = new AsyncDisposableStack();
  const dir = stack.use(tempDir());
  const routes = stack.use(new Routes());
  const cluster = stack.use(await startNatsCluster({ routeTo: (from, to, port) => routes.routeTo(from, to, port) }));
  const postgres = stack.use(await startPostgres());
  const leader = await makeStream(cluster);
  const town = { nats: cluster.urls, postgres: postgres.url, args: ["--ack-wait", "5"] };
  const consumers = [await startConsumer(town), await startConsumer(town)];
  for (const consumer of consumers) stack.defer(() => consumer.end("SIGKILL"));
  const sql = new Client({ connectionString: postgres.url });
  await sql.connect();
  stack.defer(() => sql.end());
  if (mutant === "no-dedupe") await blindToRepeats(sql);
  const ids = Array.from({ length: options.gateways }, (_, i) => `g-${String(i + 1).padStart(3, "0")}`);
  const fleet = await Promise.all(
    Array.from({ length: PROCESSES }, (_, i) =>
      Fleet.start({
        ids: ids.filter((__, index) => index % PROCESSES === i),
        servers: cluster.urls,
        dir: dir.path,
        seed,
        ratePerSecond,
        mutant,
      }),
    ),
  );
  for (const part of fleet) stack.defer(() => part.kill());
  const startedMs = systemClock.monoMs();
  const first = cluster.servers.findIndex(({ name }) => name === leader);
  const done = await strike({ cluster, routes, first, strikes, random: new Random(`fleet/${seed}`), onProgress });
  const publishedMs = systemClock.monoMs() - startedMs;
  for (const part of fleet) part.tell("stop");
  const healedMs = systemClock.monoMs();
  const quiet = await eventually(
    async () => (await Promise.all(fleet.map((part) => part.status()))).flat(),
    (all) => all.every(({ publishing, gateways }) => !publishing && gateways.every(({ waiting }) => waiting === 0)),
    CATCH_UP_MS,
  );
  const told = quiet.flatMap(({ gateways }) => gateways);
  const sum = (pick: (gateway: (typeof told)[number]) => number) => told.reduce((all, one) => all + pick(one), 0);
  const owed = { readings: sum(({ acknowledged }) => acknowledged), alerts: sum(({ alerts }) => alerts) };
  const book = await eventually(
    () => countsOf(sql),
    ({ readings, alerts, gaps }) => readings >= owed.readings && alerts >= owed.alerts && gaps === 0,
    mutant === undefined ? CATCH_UP_MS : 6_000,
  ).catch(() => countsOf(sql));
  const caughtUpMs = systemClock.monoMs() - healedMs;
  for (const part of fleet) await part.end();
  const written = consumers.flatMap(({ log }) => log.map(({ repeated = 0 }) => repeated));
  return {
    gateways: told.length,
    messages: owed.readings + owed.alerts,
    perSecond: Math.round(((owed.readings + owed.alerts) * 1_000) / publishedMs),
    ...done,
    failovers: sum(({ links }) => links - 1),
    alerts: owed.alerts,
    lost: Math.max(0, owed.readings - book.readings) + Math.max(0, owed.alerts - book.alerts),
    duplicated: book.rows - book.different,
    repeatsDropped: written.reduce((all, one) => all + one, 0),
    gaps: book.gaps,
    caughtUpMs: Math.round(caughtUpMs),
  };
}

/** What is wrong with it, in words; nothing when the promise holds. */
export function brokenByFleet({ lost, duplicated, gaps, failovers }: FleetResult): string[] {
  const problems = { lost, duplicated, "gaps in the sequences": gaps };
  const broken = Object.entries(problems).flatMap(([name, count]) => (count === 0 ? [] : [`${count} ${name}`]));
  return failovers === 0 ? [...broken, "no link was ever lost: nothing was tried"] : broken;
}

/** Resolves with the name of the server that leads it. */
async function makeStream({ urls }: NatsCluster): Promise<string> {
  const nc = await connect({ servers: urls.map((url) => url.slice("nats://".length)), reconnect: false });
  const subjects = ["emergency", "alert", "presence", "telemetry"].map((lane) => `gatehouse.*.${lane}`);
  const config = { name: STREAM, subjects, num_replicas: 3, duplicate_window: DUPLICATE_WINDOW_NANOS };
  const js = await jetstreamManager(nc, { checkAPI: false, timeout: 2_000 });
  const attempt = () =>
    js.streams.add(config).then(
      () => true,
      () => false,
    );
  // A cluster that has just started has no leader yet.
  await eventually(attempt, (made) => made, 30_000);
  const leaderOf = async () => (await js.streams.info(STREAM)).cluster?.leader ?? "";
  const leader = await eventually(leaderOf, (name) => name !== "");
  await nc.close();
  return leader;
}

interface Strikes {
  readonly cluster: NatsCluster;
  readonly routes: Routes;
  /** The first that is struck. */
  readonly first: number;
  readonly strikes: number;
  readonly random: Random;
  readonly onProgress: (share: number, note: string) => void;
}

async function strike({ cluster, routes, first, strikes, random, onProgress }: Strikes) {
  const done = { kills: 0, freezes: 0, partitions: 0 };
  const { servers } = cluster;
  for (let n = 0; n < strikes; n++) {
    await systemClock.sleep(CALM_MS);
    const index = (first + n) % servers.length;
    const server = servers[index];
    if (server === undefined) break;
    // Each server gets each fault in turn, round by round.
    const fault = (n + Math.floor(n / servers.length)) % 3;
    const lastsMs = FAULT_MS * (0.5 + random.float());
    if (fault === 0) {
      done.kills += 1;
      await server.kill();
      await systemClock.sleep(lastsMs);
      await server.start();
    } else if (fault === 1) {
      done.freezes += 1;
      await server.freeze();
      await systemClock.sleep(lastsMs);
      server.thaw();
    } else {
      done.partitions += 1;
      routes.cutOff(index);
      // Long enough for both sides to notice.
      await systemClock.sleep(2 * lastsMs);
      routes.heal();
    }
    onProgress((n + 1) / strikes, `${server.name} ${["killed", "frozen", "cut off"][fault]}`);
  }
  return done;
}

async function countsOf(sql: Client) {
  const { rows } = await sql.query(`
    select count(*)::int as rows,
      count(distinct (gateway, sequence))::int as different,
      count(distinct (gateway, sequence)) filter (where type = 'gatehouse.reading')::int as readings,
      count(distinct (gateway, sequence)) filter (where type like 'gatehouse.alert.%')::int as alerts,
      (select count(*) from town.gaps)::int as gaps
    from town.events`);
  return rows[0] as Record<"rows" | "different" | "readings" | "alerts" | "gaps", number>;
}

/** One process of gateways. */
class Fleet {
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(task: GatewaysTask): Promise<Fleet> {
    const child = fork(fileURLToPath(new URL("gateways.ts", import.meta.url)), [JSON.stringify(task)]);
    const ended = once(child, "exit").then(([code]) => {
      throw new RangeError(`the gateways' process ended with ${code}`);
    });
    await Promise.race([once(child, "message"), ended]);
    ended.catch(() => {});
    return new Fleet(child);
  }

  tell(told: Told): void {
    this.#child.send(told);
  }

  async status(): Promise<GatewaysStatus> {
    const answer = once(this.#child, "message");
    this.tell("status");
    const [status] = (await answer) as [GatewaysStatus];
    return status;
  }

  async end(): Promise<void> {
    const gone = once(this.#child, "exit");
    this.tell("end");
    await gone;
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
  }
}
