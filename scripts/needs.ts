// What the tests need beside npm packages: installed through apt when root, else named with the command that installs it.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

interface Need {
  /** Debian package. */
  readonly name: string;
  readonly why: string;
  readonly isThere: () => boolean;
  /** What the package starts by itself; the tests want the program alone. */
  readonly unit?: string;
}

const onPath = (command: string): boolean =>
  (process.env["PATH"] ?? "").split(":").some((folder) => existsSync(join(folder, command)));

/** The one list. A need leaves it with the last test that wants it. */
const NEEDS: readonly Need[] = [
  {
    name: "gcc",
    why: "builds the recorder of the power-cut tests and the firmware's modules for this machine",
    isThere: () => onPath("gcc"),
  },
  { name: "libc6-dev", why: "headers for both", isThere: () => existsSync("/usr/include/stdio.h") },
  { name: "make", why: "knows how the firmware is built", isThere: () => onPath("make") },
  {
    name: "gcc-avr",
    why: "rebuilds the door node's images, and programs for its simulator's tests",
    isThere: () => onPath("avr-gcc"),
  },
  {
    name: "avr-libc",
    why: "the C library in those images",
    isThere: () => existsSync("/usr/lib/avr/include/avr/io.h"),
  },
  {
    name: "libsimavr-dev",
    why: "runs those images in a simulator that is not ours",
    isThere: () => existsSync("/usr/include/simavr/sim_avr.h"),
  },
  { name: "libelf-dev", why: "reads the images for it", isThere: () => existsSync("/usr/include/libelf.h") },
  {
    name: "mosquitto",
    why: "a broker of MQTT 5 for the tests of the mqtt uplink",
    isThere: () => onPath("mosquitto") || existsSync("/usr/sbin/mosquitto"),
    unit: "mosquitto.service",
  },
  {
    name: "nats-server",
    why: "servers with JetStream for the tests of the nats uplink and of a town",
    isThere: () => onPath("nats-server") || existsSync("/usr/sbin/nats-server"),
    unit: "nats-server.service",
  },
  {
    name: "postgresql",
    why: "the database of a town's consumer",
    isThere: () => existsSync("/usr/lib/postgresql"),
    unit: "postgresql.service",
  },
  {
    name: "docker-compose",
    why: "checks docker-compose.yml",
    isThere: () => onPath("docker-compose"),
  },
  {
    name: "mbpoll",
    why: "a Modbus master of another make asks the simulated devices",
    isThere: () => onPath("mbpoll"),
  },
  {
    name: "python3-pymodbus",
    why: "a Modbus slave of another make is asked by the driver",
    isThere: () => existsSync("/usr/lib/python3/dist-packages/pymodbus"),
  },
  {
    name: "python3-serial-asyncio",
    why: "lets that slave sit on a serial line",
    isThere: () => existsSync("/usr/lib/python3/dist-packages/serial_asyncio"),
  },
  {
    name: "python3-serial",
    why: "an RFC 2217 server that is not ours",
    isThere: () => existsSync("/usr/lib/python3/dist-packages/serial/rfc2217.py"),
  },
  { name: "simavr", why: "a simulator of another make runs the same programs", isThere: () => onPath("simavr") },
  {
    name: "avrdude",
    why: "a programmer of another make flashes the simulated board",
    isThere: () => onPath("avrdude"),
  },
  {
    name: "protobuf-compiler",
    why: "reads and writes Sparkplug payloads beside our own codec",
    isThere: () => onPath("protoc"),
  },
  { name: "chromium", why: "opens a replay's report as its reader does", isThere: () => onPath("chromium") },
  {
    name: "fonts-noto-cjk",
    why: "Chinese letters of their real width in that report",
    isThere: () => existsSync("/usr/share/fonts/opentype/noto"),
  },
];

const missing = NEEDS.filter((need) => !need.isThere());
if (missing.length > 0) {
  const names = missing.map((need) => need.name);
  for (const { name, why } of missing) console.error(`missing: ${name} (${why})`);
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !onPath("apt-get")) {
    console.error(`Install with: sudo apt-get update && sudo apt-get install -y ${names.join(" ")}`);
    process.exit(1);
  }
  apt(["update"]);
  apt(["install", "-y", "--no-install-recommends", ...names]);
  if (existsSync("/run/systemd/system")) {
    for (const { unit } of missing) if (unit !== undefined) spawnSync("systemctl", ["disable", "--now", unit]);
  }
  const still = missing.filter((need) => !need.isThere());
  if (still.length > 0) {
    console.error(`apt-get ended well, but these are not there: ${still.map((need) => need.name).join(" ")}`);
    process.exit(1);
  }
}

function apt(args: readonly string[]): void {
  console.error(`apt-get ${args.join(" ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const { status, error } = spawnSync("apt-get", ["-q", ...args], { stdio: ["ignore", "inherit", "inherit"], env });
  if (status === 0) return;
  console.error(`apt-get ${args[0]} failed${error === undefined ? "" : `: ${error.message}`}`);
  process.exit(1);
}
