/** The box's own certificate authority and the server certificate it signed: made at the first start, renewed by itself under the same authority. */
import { fork } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { fileURLToPath } from "node:url";
import { type Clock, InvariantError } from "@gatehouse/protocol";
import type { Logger, Vault } from "../../core/ports.ts";
import type { CertificateTask, MadeCertificates } from "./certificate-task.ts";
import { isLocal } from "./name-constraints.ts";

export interface OwnCertificatesDeps {
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Logger;
  /** Host names and addresses of this box, as they are now. */
  readonly names: () => readonly string[];
}

export interface ServerCertificate {
  /** PEM: the server's own, then the authority's. */
  readonly cert: string;
  readonly key: string;
}

const RENEW_BEFORE_MS = 30 * 86_400_000;
/** A page and a phone call it by its first name. */
const commonNameOf = (names: readonly string[]): string => names.find((name) => isIP(name) === 0) ?? "gatehouse";

export class OwnCertificates {
  readonly #deps: OwnCertificatesDeps;
  #authority: MadeCertificates["authority"] | undefined;
  #server: MadeCertificates["server"] | undefined;
  /** A line of text in front of the authority. */
  #allowed = "";

  constructor(deps: OwnCertificatesDeps) {
    this.#deps = deps;
  }

  get authorityPem(): string | undefined {
    return this.#authority?.cert;
  }

  /** SHA-256, as browsers show it. */
  get fingerprint(): string | null {
    return this.#authority === undefined ? null : new X509Certificate(this.#authority.cert).fingerprint256;
  }

  /** The certificate to serve. `renewed` where it is another one than before. Rejects with what the disk says when a new one cannot be kept. */
  async current(): Promise<{ readonly certificate: ServerCertificate; readonly renewed: boolean }> {
    this.#authority ??= await this.#read("authority");
    this.#server ??= await this.#read("server");
    const reason = this.#why();
    if (reason !== undefined) await this.#make(reason);
    const [authority, server] = [this.#authority, this.#server];
    if (authority === undefined || server === undefined)
      throw new InvariantError("certificates were made and are not there");
    const certificate = { cert: server.cert + authority.cert, key: server.key };
    return { certificate, renewed: reason !== undefined };
  }

  /** Why a new one is needed; undefined when the present one does. */
  #why(): string | undefined {
    if (this.#authority === undefined) return "there was none";
    if (this.#server === undefined) return "there was no server certificate";
    const certificate = new X509Certificate(this.#server.cert);
    const nowMs = this.#deps.clock.nowMs();
    if (!certificate.verify(new X509Certificate(this.#authority.cert).publicKey)) return "another authority signed it";
    if (certificate.validToDate.getTime() - nowMs < RENEW_BEFORE_MS) return "it expires soon";
    if (certificate.validFromDate.getTime() > nowMs) return "the clock was set back";
    const missing = this.#deps.names().filter((name) => !isFor(certificate, name));
    return missing.length === 0 ? undefined : `it is not for ${missing.slice(0, 3).join(", ")}`;
  }

  async #make(reason: string): Promise<void> {
    const { clock, log, names } = this.#deps;
    const all = [...new Set(names())];
    const known = this.#authority === undefined ? {} : { authority: this.#authority };
    const made = await inProcess({ ...known, commonName: commonNameOf(all), names: all, nowMs: clock.nowMs() });
    if (this.#authority === undefined) {
      this.#allowed = `Names: ${all.join(" ")}\n`;
      await this.#write("authority", made.authority);
    }
    await this.#write("server", made.server);
    this.#authority = made.authority;
    this.#server = made.server;
    log.info({ reason, names: all }, "the console has a new certificate");
    const foreign = all.filter((name) => !this.#maySign(name));
    if (foreign.length > 0) log.warn({ names: foreign }, NOT_SIGNED);
  }

  /** What the authority was made for stands in front of it, so that a name added later is known to be none of them. */
  #maySign(name: string): boolean {
    const [, allowed = ""] = /^Names: (.*)$/m.exec(this.#allowed) ?? [];
    return isLocal(name) || allowed.split(" ").some((own) => own === name || name.endsWith(`.${own}`));
  }

  /** Key and certificate in one file: both are there or none. Undefined when it is damaged too, which makes a new one. */
  async #read(what: "authority" | "server"): Promise<MadeCertificates["server"] | undefined> {
    const text = (await this.#deps.vault.read(`${what}.pem`))?.toString("utf8");
    const key = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\n/.exec(text ?? "")?.[0];
    const cert = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/.exec(text ?? "")?.[0];
    if (key === undefined || cert === undefined) return undefined;
    if (what === "authority") this.#allowed = text?.split("-----")[0] ?? "";
    try {
      return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)) ? { cert, key } : undefined;
    } catch {
      this.#deps.log.warn({ file: `${what}.pem` }, "a certificate of the console was damaged, a new one is made");
      return undefined;
    }
  }

  #write(what: "authority" | "server", { cert, key }: MadeCertificates["server"]): Promise<void> {
    return this.#deps.vault.write(
      `${what}.pem`,
      Buffer.from(`${what === "authority" ? this.#allowed : ""}${cert}${key}`),
    );
  }
}

const NOT_SIGNED =
  "the box's own authority may not sign these names, browsers will refuse them: give the console a certificate of your own (console.tls), or remove console/authority.pem from the state folder for a new authority that every browser has to trust again";

const isFor = (certificate: X509Certificate, name: string): boolean =>
  (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined;

/** The authority's key goes by the channel between the two, never by arguments or environment. */
function inProcess(task: CertificateTask): Promise<MadeCertificates> {
  const file = import.meta.url.endsWith(".ts") ? "./certificate-process.ts" : "./certificate-process.js";
  const script = fileURLToPath(new URL(file, import.meta.url));
  const child = fork(script, { stdio: ["ignore", "ignore", "ignore", "ipc"], execArgv: [], env: {} });
  return new Promise((resolve, reject) => {
    child.once("message", (made) => resolve(made as MadeCertificates));
    child.once("error", reject);
    child.once("exit", (code) => reject(new InvariantError(`the process for certificates ended with code ${code}`)));
    child.send(task, () => {});
  });
}
