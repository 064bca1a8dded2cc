/** What an edge node must remember from one connection to the next: the number of its CONNECT. */
import { z } from "zod";
import type { Logger, Vault } from "../../core/ports.ts";

const NAME = "session";
const Session = z.object({ bdSeq: z.int().min(0).max(255) });

/** Undefined for the first connection ever, or when it was lost: the count then begins anew, which hosts can live with. */
export async function lastBdSeq(vault: Vault | undefined, log: Logger): Promise<number | undefined> {
  const content = await vault?.read(NAME);
  if (content === undefined) return undefined;
  try {
    return Session.parse(JSON.parse(content.toString("utf8"))).bdSeq;
  } catch (err) {
    log.warn({ err }, "the number of the last connection cannot be read, it begins with 0");
    return undefined;
  }
}

/** On disk before CONNECT, so that no number comes twice in a row. */
export async function keepBdSeq(vault: Vault | undefined, bdSeq: number): Promise<void> {
  await vault?.write(NAME, Buffer.from(JSON.stringify({ bdSeq })));
}
