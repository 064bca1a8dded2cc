/** Why a serial port does not open, and what to do about it. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { LinkError } from "@gatehouse/protocol";

/** A port of this machine costs next to nothing to look for: after a replug it is back within two seconds on a busy machine too. */
export const SERIAL_RETRY_MS = 500;

const DEV = "/dev";
const BY_ID = "/dev/serial/by-id";
/** Adapters, and the ports of small boards. The ports of a PC's mainboard are there with or without a plug. */
const PORT_NAME = /^tty(USB|ACM|AMA|SC|mxc|O|THS)\d+$/;
const MAX_LISTED = 8;

/** By the message of the binding or of Node; the first that matches. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /permission denied|EACCES|EPERM/i,
    "this user may not open it: add the user to the group of the port (`usermod -aG dialout USER`) and log in again",
  ],
  [
    /lock|busy|EBUSY|temporarily unavailable/i,
    "another program holds it: a gateway that is running, or one that takes every port, as ModemManager",
  ],
  [/inappropriate ioctl|ENOTTY/i, "it is not a serial port, or its adapter does not know this baud rate"],
  [/invalid argument|baud/i, "the port does not take these settings: check `baud`, `parity`, `data` and `stop`"],
  [/input\/output error|EIO|ENXIO|no such device/i, "the adapter does not answer: pull it out and put it in again"],
];

export async function serialFailure(path: string, cause: unknown): Promise<LinkError> {
  const said = cause instanceof Error ? cause.message.replace(/^Error:? /, "") : String(cause);
  return new LinkError("refused", `${path}: ${await adviceFor(said)}`, { cause, retryWithinMs: SERIAL_RETRY_MS });
}

async function adviceFor(said: string): Promise<string> {
  if (/no such file|ENOENT/i.test(said)) {
    const ports = await portsHere();
    const seen = ports.length === 0 ? "no serial port is plugged in" : `there are ${ports.join(", ")}`;
    return `there is no such port; ${seen}`;
  }
  const advice = ADVICE.find(([pattern]) => pattern.test(said))?.[1];
  return advice === undefined ? said : `${advice} (${said})`;
}

/** The ports of this machine, by the names that stay the same where there are such names. */
async function portsHere(): Promise<readonly string[]> {
  const named = await readdir(BY_ID).catch(() => []);
  const paths =
    named.length > 0
      ? named.map((name) => join(BY_ID, name))
      : (await readdir(DEV)).filter((name) => PORT_NAME.test(name)).map((name) => join(DEV, name));
  return paths.toSorted().slice(0, MAX_LISTED);
}
