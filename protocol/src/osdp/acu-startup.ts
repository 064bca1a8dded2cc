/** From silence to a PD that is known and, where security is wanted, has proved its key: ID, CAP, CHLNG, SCRYPT. */
import { type AcuKey, FACTORY_KEY, Handshake, type Proof } from "./acu-handshake.ts";
import type { AcuAnswer, Outgoing } from "./acu-link.ts";
import { type Pins, pinProblem, pinsOf } from "./acu-pins.ts";
import { type Capability, NAK, nakReason } from "./codes.ts";
import type { Identity } from "./replies.ts";
import type { SecureSession } from "./secure-channel.ts";

/** Why a PD that answers is not used. */
export type Refusal =
  /** Security is required and there is no key to try. */
  | "no-key"
  /** It has another key than the ones tried. */
  | "wrong-key"
  /** It has only the key everybody knows: somebody reset it, or it was never given its own. */
  | "factory-key"
  /** Security is required and it says it has none. */
  | "no-security"
  /** Security is off and it insists on it. */
  | "wants-security"
  /** It is another one than it was. */
  | "changed"
  /** It had a secure channel once and now claims to have none. */
  | "downgraded";

export interface ReadyPd {
  readonly kind: "ready";
  readonly identity: Identity;
  readonly capabilities: readonly Capability[];
  readonly pins: Pins;
  /** Undefined in the clear. */
  readonly secured: { readonly session: SecureSession; readonly key: AcuKey } | undefined;
}

export type StartOutcome =
  | { readonly kind: "more" }
  /** Begin again at once: an answer that is better asked for twice. */
  | { readonly kind: "again" }
  /** An answer that makes no sense here. */
  | { readonly kind: "stumbled" }
  | { readonly kind: "refused"; readonly why: Refusal; readonly detail: string }
  | ReadyPd;

export interface StartOptions {
  readonly security: "required" | "off";
  readonly pins?: Pins | undefined;
  /** So many bytes nobody can foresee. */
  readonly random: (bytes: number) => Uint8Array;
}

type Doubt = Exclude<Proof, "proved">;

const REFUSED_KEY: Readonly<Record<Doubt, { readonly why: Refusal; readonly detail: string }>> = {
  "other-key": { why: "wrong-key", detail: "it has another key" },
  "factory-key": { why: "factory-key", detail: "it has only the key of the factory" },
  refused: { why: "wrong-key", detail: "it does not agree on a key" },
  unsupported: { why: "no-security", detail: "it says it has no secure channel" },
};

export class AcuStartup {
  pins: Pins | undefined;
  readonly #options: StartOptions;
  #step: "id" | "cap" | "challenge" | "scrypt" = "id";
  #keys: readonly AcuKey[] = [];
  #handshake: Handshake | undefined;
  #firstDoubt: Doubt | undefined;
  #identity: Identity | undefined;
  #capabilities: readonly Capability[] = [];
  /** What would put the PD out of use is asked for twice: one damaged frame in 65,536 passes its check. */
  #doubted: Refusal | undefined;

  constructor(options: StartOptions) {
    this.#options = options;
    this.pins = options.pins;
  }

  /** `keys` are tried in their order. `challenge` asks for no identity: it is the same PD, a moment later. */
  begin(keys: readonly AcuKey[], from: "id" | "challenge"): void {
    this.#step = from === "challenge" && this.#identity !== undefined ? "challenge" : "id";
    this.#keys = keys;
    this.#handshake = undefined;
    this.#firstDoubt = undefined;
  }

  /** It has said who it is. */
  get isKnown(): boolean {
    return this.#identity !== undefined;
  }

  get isFirst(): boolean {
    return this.#step === "id";
  }

  /** The handshake begins at sequence 0, as a session of its own. */
  get isFirstChallenge(): boolean {
    return this.#step === "challenge" && this.#firstDoubt === undefined;
  }

  next(): Outgoing {
    if (this.#step === "id" || this.#step === "cap") return { command: { kind: this.#step, replyType: 0 } };
    if (this.#step === "scrypt" && this.#handshake !== undefined) return this.#handshake.answer();
    this.#handshake = new Handshake(this.#keys[0] ?? FACTORY_KEY, this.#options.random(8));
    return this.#handshake.challenge();
  }

  take(answer: AcuAnswer): StartOutcome {
    const outcome = this.#judge(answer);
    if (outcome.kind === "refused" && this.#doubted !== outcome.why) {
      this.#doubted = outcome.why;
      return { kind: "again" };
    }
    if (outcome.kind === "refused" || outcome.kind === "ready") this.#doubted = undefined;
    return outcome;
  }

  #judge(answer: AcuAnswer): StartOutcome {
    switch (this.#step) {
      case "id":
        return this.#takeIdentity(answer);
      case "cap":
        return this.#takeCapabilities(answer);
      case "challenge":
        return this.#takeProof(answer);
      case "scrypt":
        return this.#takeSession(answer);
    }
  }

  #takeIdentity({ reply }: AcuAnswer): StartOutcome {
    if (reply.kind !== "pdid") return { kind: "stumbled" };
    this.#identity = { ...reply, vendor: reply.vendor.slice() };
    this.#step = "cap";
    return { kind: "more" };
  }

  #takeCapabilities({ reply }: AcuAnswer): StartOutcome {
    if (reply.kind === "pdcap") this.#capabilities = reply.capabilities;
    else if (reply.kind === "nak" && reply.reason === NAK.unknownCommand) this.#capabilities = [];
    else return { kind: "stumbled" };
    const problem = this.pins && pinProblem(this.pins, this.#found);
    if (problem !== undefined) return { kind: "refused", why: problem.what, detail: problem.detail };
    if (this.#options.security === "off") return this.#ready(undefined);
    this.#step = "challenge";
    return { kind: "more" };
  }

  #takeProof(answer: AcuAnswer): StartOutcome {
    const proof: Proof = this.#handshake?.prove(answer) ?? "refused";
    if (proof === "proved") {
      this.#step = "scrypt";
      return { kind: "more" };
    }
    // What the first key met says more than what the last one did.
    const doubt: Doubt = this.#firstDoubt ?? proof;
    this.#firstDoubt = doubt;
    return this.#tryNext(REFUSED_KEY[doubt]);
  }

  #takeSession(answer: AcuAnswer): StartOutcome {
    const session = this.#handshake?.open(answer);
    if (session !== undefined && this.#handshake !== undefined)
      return this.#ready({ session, key: this.#handshake.key });
    const { reply } = answer;
    const said = reply.kind === "nak" ? nakReason(reply.reason) : "its proof is wrong";
    this.#firstDoubt ??= "refused";
    return this.#tryNext({ why: "wrong-key", detail: `it broke off the handshake: ${said}` });
  }

  #tryNext(refusal: { readonly why: Refusal; readonly detail: string }): StartOutcome {
    this.#keys = this.#keys.slice(1);
    this.#step = "challenge";
    return this.#keys.length > 0 ? { kind: "more" } : { kind: "refused", ...refusal };
  }

  #ready(secured: ReadyPd["secured"]): StartOutcome {
    const identity = this.#identity;
    if (identity === undefined) return { kind: "stumbled" };
    return { kind: "ready", identity, capabilities: this.#capabilities, pins: this.#found, secured };
  }

  get #found(): Pins {
    return pinsOf(this.#identity ?? NOBODY, this.#capabilities);
  }
}

const NOBODY: Identity = { vendor: new Uint8Array(3), model: 0, version: 0, serial: 0, firmware: [0, 0, 0] };
