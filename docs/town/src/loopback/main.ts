/** `node docs/town/src/loopback/main.ts`: a town on this machine alone, out of Debian's packages, until it is stopped. */
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { runProgram } from "../run-program.ts";
import { type ConsumerProcess, startConsumer } from "./consumer.ts";
import { startNatsCluster } from "./nats.ts";
import { startPostgres } from "./postgres.ts";

const HELP = `node docs/town/src/loopback/main.ts [--dir DIR] [--consumers N]

Starts a town on loopback: three NATS servers that keep everything three times, PostgreSQL, and consumers that write from the one into
the other. Needs Debian's packages nats-server and postgresql, and no docker. Prints the addresses; Ctrl-C ends it.

  --dir DIR        keeps the data there; default a folder that is removed at the end
  --consumers N    instances that share the work, default 2

Example:
  node docs/town/src/loopback/main.ts --dir town-data
`;

const say = (text: string) => process.stdout.write(`${text}\n`);

async function town(): Promise<void> {
  const { values } = parseArgs({ options: { dir: { type: "string" }, consumers: { type: "string", default: "2" } } });
  await using stack = new AsyncDisposableStack();
  const dir = values.dir === undefined ? undefined : resolve(values.dir);
  if (dir !== undefined) mkdirSync(dir, { recursive: true });
  const cluster = stack.use(await startNatsCluster(dir === undefined ? {} : { folder: join(dir, "nats") }));
  const postgres = stack.use(await startPostgres(dir === undefined ? undefined : join(dir, "postgres")));
  const consumers: ConsumerProcess[] = [];
  for (let i = 0; i < Number(values.consumers); i++) {
    const consumer = await startConsumer({ nats: cluster.urls, postgres: postgres.url, onLine: say });
    stack.defer(() => consumer.end());
    consumers.push(consumer);
  }
  say(`nats       ${cluster.urls.join(",")}`);
  say(`postgres   ${postgres.url}`);
  say(`consumers  ${consumers.map(({ pid }) => pid).join(" ")} (process ids)`);
  say("ready; Ctrl-C ends it");
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
}

await runProgram(HELP, town);
