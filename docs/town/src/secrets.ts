/** `node docs/town/src/secrets.ts`: what the compose file's town needs to trust itself, made once. */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ConfigError, LinkError } from "@gatehouse/protocol";
import { nkeys } from "@nats-io/transport-node";
import { runProgram } from "./run-program.ts";

const HELP = `node docs/town/src/secrets.ts [--out DIR] [--gateway ID ...]

Makes a certificate authority and a certificate for the NATS servers (with openssl), a user for each gateway and one for the consumers,
and a password for PostgreSQL. Refuses to touch a folder where they are already.

  --out DIR       default docs/town/secrets
  --gateway ID    a gateway that may publish under its own name alone; again for more; default mq-demo

Example:
  node docs/town/src/secrets.ts --gateway mq-demo --gateway mq-0007
`;

/** The gateway whose user is in gateway.nk; those of others are in ID.nk. */
const DEMO = "mq-demo";
const HOSTS = "DNS:n1,DNS:n2,DNS:n3,DNS:localhost,IP:127.0.0.1";
const DAYS = "3650";

await runProgram(HELP, async () => {
  const { values } = parseArgs({
    options: {
      out: { type: "string", default: fileURLToPath(new URL("../secrets", import.meta.url)) },
      gateway: { type: "string", multiple: true, default: [DEMO] },
    },
  });
  if (existsSync(join(values.out, "users.conf"))) {
    const reason = `${values.out} holds secrets already`;
    throw new ConfigError({ path: "--out", reason, fix: "remove the folder first, if no server uses them" });
  }
  make(resolve(values.out), values.gateway);
});

function make(dir: string, gateways: readonly string[]): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const write = (name: string, text: string) => writeFileSync(join(dir, name), `${text}\n`, { mode: 0o600 });
  makeCertificates(dir);
  const users = gateways.map((gateway) => {
    const { seed, key } = newUser();
    write(gateway === DEMO ? "gateway.nk" : `${gateway}.nk`, seed);
    const publish = `["gatehouse.${gateway}.*", "$JS.API.STREAM.NAMES"]`;
    const subscribe = `["_INBOX.${gateway}.>", "gatehouse.${gateway}.commands"]`;
    return `{ nkey: ${key}, permissions: { publish: ${publish}, subscribe: ${subscribe} } }`;
  });
  const consumer = newUser();
  write("consumer.nk", consumer.seed);
  write(
    "users.conf",
    `authorization {\n  users: [\n    ${[...users, `{ nkey: ${consumer.key} }`].join("\n    ")}\n  ]\n}`,
  );
  const password = randomBytes(18).toString("base64url");
  write("postgres.pw", password);
  write("pgpass", `*:*:*:town:${password}`);
  process.stdout.write(`${dir} is written: keep it to yourself\n`);
}

function newUser(): { readonly seed: string; readonly key: string } {
  const user = nkeys.createUser();
  return { seed: Buffer.from(user.getSeed()).toString("latin1"), key: user.getPublicKey() };
}

function makeCertificates(dir: string): void {
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", DAYS];
  const ca = ["-subj", "/CN=town", "-keyout", "ca.key", "-out", "ca.pem", "-addext", "keyUsage=critical,keyCertSign"];
  openssl(dir, ["req", "-x509", ...curve, ...ca]);
  const names = ["-addext", `subjectAltName=${HOSTS}`, "-addext", "basicConstraints=critical,CA:FALSE"];
  const server = [
    "-subj",
    "/CN=n1",
    "-keyout",
    "server.key",
    "-out",
    "server.pem",
    "-CA",
    "ca.pem",
    "-CAkey",
    "ca.key",
  ];
  openssl(dir, ["req", "-x509", ...curve, ...server, ...names]);
}

function openssl(dir: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync("openssl", args, { cwd: dir, encoding: "utf8" });
  if (status !== 0) throw new LinkError("refused", `openssl ${args[0]} failed: ${error?.message ?? stderr}`);
}
