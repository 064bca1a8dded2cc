/** Carries out what the core itself orders of devices (a prompt's buzzer): as commands of this box, after what caused them is on disk. */
import { type Clock, LinkError } from "@gatehouse/protocol";
import type { Logger } from "../ports.ts";
import type { Order } from "../told.ts";
import type { Commands } from "./commands.ts";

export interface OrdersOptions {
  readonly commands: Pick<Commands, "take">;
  readonly clock: Clock;
  readonly log: Logger;
  newId(): string;
}

const VALID_MS = 10_000;

/** Returns at once; what becomes of an order is in the log and in the journal, as of every command. */
export function carryOut(options: OrdersOptions, orders: readonly Order[]): void {
  const { commands, clock, log, newId } = options;
  for (const { device, action, args, why } of orders) {
    const notAfter = new Date(clock.nowMs() + VALID_MS * clock.scale).toISOString();
    const wish = {
      id: newId(),
      target: device,
      action,
      ...(args === undefined ? {} : { args }),
      notAfter,
      issuer: "core",
    };
    commands.take(wish, { local: true }).then(
      ({ outcome, error }) => {
        if (outcome !== "done")
          log.warn({ device, action, why, outcome, error }, "a device did not do what the core ordered");
      },
      (err: unknown) => {
        if (!(err instanceof LinkError)) log.error({ err, device, action, why }, "an order failed with a bug");
      },
    );
  }
}
