/** What the process that makes certificates is asked, and what it says. */

export interface CertificateTask {
  /** Of the authority that signs; without it a new one is made first. */
  readonly authority?: { readonly cert: string; readonly key: string };
  readonly commonName: string;
  /** Host names and addresses the server certificate is for. */
  readonly names: readonly string[];
  readonly nowMs: number;
}

/** PEM. */
export interface MadeCertificates {
  readonly authority: { readonly cert: string; readonly key: string };
  readonly server: { readonly cert: string; readonly key: string };
}
