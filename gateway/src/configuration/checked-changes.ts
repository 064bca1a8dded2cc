/** Changes of the site file, each checked before it counts: a large file in a thread of its own, so that nothing that runs waits for it. */
import { ConfigError, LinkError } from "@gatehouse/protocol";
import type { Applied, Author, Checked, Configuration } from "./configuration.ts";
import type { Difference } from "./diff.ts";
import { type LookAsked, look } from "./look.ts";

/**
 * All throw ConfigError for a file that cannot be used, with every problem, RejectedError when the file is not `hash` any more, and LinkError when
 * `signal` has aborted, because nobody waits for the answer any more: then nothing is changed.
 */
export interface CheckedChanges {
  /** With what it would change. */
  check(text: string): Promise<Checked & { readonly difference: Difference }>;
  apply(text: string, hash: string, author: Author, signal?: AbortSignal): Promise<Applied>;
  rollback(n: number, hash: string, by: string, signal?: AbortSignal): Promise<Applied>;
  /** The file as it stands, as after an edit by hand. */
  reload(signal?: AbortSignal): Promise<void>;
}

export function checkedChanges(configuration: Configuration, stateDir: string): CheckedChanges {
  const mustBeRight = async (asked: LookAsked): Promise<void> => {
    const { problems } = await look(configuration, stateDir, asked);
    if (problems.length > 0) throw new ConfigError(problems);
  };
  const apply: CheckedChanges["apply"] = async (text, hash, author, signal) => {
    configuration.mustBe(hash);
    await mustBeRight({ kind: "check", text });
    mustBeWaitedFor(signal);
    return configuration.apply(text, hash, author);
  };
  return {
    check: (text) => look(configuration, stateDir, { kind: "text", text }),
    apply,
    rollback: async (n, hash, by, signal) => {
      const text = configuration.versionText(n);
      return apply(text, hash, { by, note: `back to version ${n}` }, signal);
    },
    reload: async (signal) => {
      await mustBeRight({ kind: "check", text: configuration.text });
      mustBeWaitedFor(signal);
      configuration.restart();
    },
  };
}

function mustBeWaitedFor(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new LinkError("timeout", "it was given up while the file was checked: nothing was changed", {
      cause: signal.reason,
    });
}
