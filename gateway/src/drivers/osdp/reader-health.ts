/** Health codes of one reader: why it is not used, and that its installation window is open. */
import type { Refusal } from "@gatehouse/protocol";
import type { Health, HealthCode } from "../../core/ports.ts";

const CODE: Readonly<Record<Refusal, HealthCode>> = {
  "no-key": "device-key",
  "wrong-key": "device-key",
  "factory-key": "device-key",
  "no-security": "device-unsecured",
  "wants-security": "device-unsecured",
  changed: "device-changed",
  downgraded: "device-changed",
};

const ADVICE: Readonly<Record<Refusal, string>> = {
  "no-key": "give it one: gatehouse osdp install",
  "wrong-key": "correct the key in the site file, or reset the reader and give it a new one: gatehouse osdp install",
  "factory-key": "was it reset? Look at it, then give it a key: gatehouse osdp install",
  "no-security": "replace it, or accept clear text in the site file: secure: off",
  "wants-security": "write secure: required in the site file and give it a key: gatehouse osdp install",
  changed: "look at it; if it is the right one: gatehouse osdp trust",
  downgraded: "look at it, somebody may be tampering; if all is well: gatehouse osdp trust",
};

const REFUSALS: readonly HealthCode[] = ["device-key", "device-unsecured", "device-changed"];

export class ReaderHealth {
  readonly #device: string;
  readonly #health: Health;

  constructor(device: string, health: Health) {
    this.#device = device;
    this.#health = health;
  }

  refused(why: Refusal, detail: string): void {
    for (const code of REFUSALS) if (code !== CODE[why]) this.#health.clear(code, this.#device);
    this.#health.raise(CODE[why], this.#device, `${detail}; ${ADVICE[why]}`);
  }

  allClear(): void {
    for (const code of REFUSALS) this.#health.clear(code, this.#device);
  }

  installing(minutes: number): void {
    const detail = `for at most ${minutes} min it may come with the key everybody knows, to be given its own`;
    this.#health.raise("device-installing", this.#device, detail);
  }

  installed(): void {
    this.#health.clear("device-installing", this.#device);
  }
}
