/** Secrets that come with a change of the site file: they are on disk once it is used, and nowhere where it is not. */
import { ConfigError } from "@gatehouse/protocol";
import type { ToBeWritten } from "../config/secrets.ts";
import { type Configuration, secretRef } from "./configuration.ts";
import { hashOf } from "./versions.ts";

export interface GivenSecret {
  /** Of its file in `secrets/`. */
  readonly id: string;
  readonly value: string;
}

export const toBeWritten = (secrets: readonly GivenSecret[]): ToBeWritten =>
  new Map(secrets.map(({ id, value }) => [secretRef(id), value]));

/** What is there may be named by the site file or an earlier version of it. Throws ConfigError. */
export function mustBeNew(configuration: Configuration, secrets: readonly GivenSecret[]): void {
  const taken = secrets.filter(({ id }) => configuration.hasSecret(id));
  const reason = "there is a secret of this name already";
  if (taken.length > 0)
    throw new ConfigError(taken.map(({ id }) => ({ path: secretRef(id), reason, fix: "choose another name" })));
}

/** Writes them before the file `text` that names them is used. Throws as `mustBeNew` and `use` do; then they are not there. */
export function withSecrets<T>(
  configuration: Configuration,
  secrets: readonly GivenSecret[],
  text: string,
  use: () => T,
): T {
  mustBeNew(configuration, secrets);
  try {
    for (const { id, value } of secrets) configuration.writeSecret(id, value);
    return use();
  } catch (error) {
    // A version that was kept can be gone back to, and needs them.
    const isKept = configuration.versions.some(({ hash }) => hash === hashOf(text));
    if (!isKept) for (const { id } of secrets) configuration.dropSecret(id);
    throw error;
  }
}
