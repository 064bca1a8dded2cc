/** Uplinks and a database that are wrong on purpose: the drill must find them out. */
import { systemClock } from "@gatehouse/protocol";
import type { Uplink } from "gatehouse";
import type { Client } from "pg";

export const FLEET_MUTANTS = ["settle-early", "no-dedupe"] as const;
export type FleetMutant = (typeof FLEET_MUTANTS)[number];

/** Settles what it sends before the cluster has answered. */
export function settlingEarly(uplink: Uplink): Uplink {
  return {
    id: uplink.id,
    graceMs: 0,
    run: (signal) => uplink.run(signal),
    commands: (signal) => uplink.commands(signal),
    send: async (batch, signal) => {
      uplink.send(batch, signal).catch(() => {});
      await systemClock.sleep(5, signal);
      return { accepted: batch.map(({ seq }) => seq), rejected: [] };
    },
  };
}

/** Makes every row's key another one, so that a repeat is no repeat any more. */
export async function blindToRepeats(sql: Client): Promise<void> {
  await sql.query(`
    create function town.blind() returns trigger language plpgsql as
      $$ begin new.id := new.id || ':' || gen_random_uuid(); return new; end $$;
    create trigger blind before insert on town.events for each row execute function town.blind()`);
}
