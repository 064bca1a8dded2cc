/** How far a board's events were fetched, kept in the driver's vault. */
import { z } from "zod";
import type { Vault } from "../../core/ports.ts";

const Mark = z.object({
  epoch: z.int().min(0),
  index: z.int().min(0).max(0xffff_ffff),
  fire: z.object({ device: z.string(), up: z.boolean() }).optional(),
});
/**
 * Everything up to `index` was accepted. `epoch` names this life of the board's index. `fire`: a fire was told and not ended; `up` once the
 * board's input was seen to stand, since only an input that was seen up can be seen to fall.
 */
export type Mark = z.infer<typeof Mark>;

const nameOf = (serial: number) => `board-${serial}`;

/** Undefined when the board was never met, or what was kept cannot be read. */
export async function readMark(vault: Vault, serial: number): Promise<Mark | undefined> {
  const content = await vault.read(nameOf(serial));
  if (content === undefined) return undefined;
  try {
    return Mark.safeParse(JSON.parse(content.toString("utf8"))).data;
  } catch {
    return undefined;
  }
}

export function writeMark(vault: Vault, serial: number, mark: Mark): Promise<void> {
  return vault.write(nameOf(serial), Buffer.from(JSON.stringify(mark)));
}
