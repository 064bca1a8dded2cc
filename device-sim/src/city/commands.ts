/** Commands the city gives to gateways: signed with a key of its own, handed out with its answers or published. */
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { type Clock, commandBytes, InvariantError } from "@gatehouse/protocol";
import { z } from "zod";

export const CommandOrder = z.strictObject({
  gateway: z.string().min(1),
  target: z.string().min(1),
  action: z.string().min(1),
  args: z.record(z.string(), z.unknown()).optional(),
  issuer: z.string().min(1).default("city"),
  /** How long it is valid. */
  seconds: z.number().default(20),
  /** Default: one of its own. */
  id: z.string().optional(),
  via: z.enum(["http", "mqtt"]).default("http"),
});
export type CommandOrder = z.input<typeof CommandOrder>;

/** A signed command as it leaves. */
export type SignedCommand = Readonly<Record<string, unknown>> & { readonly id: string; readonly gateway: string };

const KEY_ID = "city";
const MAX_WAITING = 1_000;

export class CommandDesk {
  readonly #clock: Clock;
  readonly #key = generateKeyPairSync("ed25519");
  #waiting: SignedCommand[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What a gateway must know to believe this city, PEM; its `keyId` is `city`. */
  get publicKey(): string {
    return this.#key.publicKey.export({ format: "pem", type: "spki" }).toString();
  }

  sign(order: CommandOrder): SignedCommand {
    const { seconds, id = `city-${randomBytes(6).toString("hex")}`, via: _, args, ...rest } = CommandOrder.parse(order);
    const nowMs = this.#clock.nowMs();
    const unsigned = {
      id,
      ...rest,
      ...(args === undefined ? {} : { args }),
      issuedAt: new Date(nowMs).toISOString(),
      notAfter: new Date(nowMs + seconds * 1_000 * this.#clock.scale).toISOString(),
      keyId: KEY_ID,
    };
    const bytes = commandBytes(unsigned);
    if (bytes === undefined) throw new InvariantError("the arguments cannot be signed");
    return { ...unsigned, signature: sign(null, bytes, this.#key.privateKey).toString("base64") };
  }

  /** Goes with the next answer over HTTP. */
  queue(command: SignedCommand): void {
    this.#waiting = [...this.#waiting, command].slice(-MAX_WAITING);
  }

  /** For an answer to this gateway; undefined where the request does not say whose it is. */
  handOut(gateway: string | undefined): readonly SignedCommand[] {
    const out = this.#waiting.filter((command) => gateway === undefined || command.gateway === gateway);
    this.#waiting = this.#waiting.filter((command) => !out.includes(command));
    return out;
  }
}
