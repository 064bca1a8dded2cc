/** The one client and the one live feed of the page, and who is signed in. */
import { systemClock } from "@gatehouse/protocol";
import { useSyncExternalStore } from "react";
import type { AnswerOf } from "../../../src/console/table/index.ts";
import { boxClock } from "../client/box-clock.ts";
import { createClient } from "../client/client.ts";
import { LiveFeed, type LiveState } from "../client/live.ts";
import { CallProblem } from "../client/problem.ts";
import { languageChoice, wordsIn } from "../words/language.ts";
import { shellWords } from "../words/shell.ts";

export type Session = AnswerOf<"GET /api/1/session">;
export type Hello = AnswerOf<"GET /api/1/hello">;

export type Standing =
  | { readonly is: "loading" }
  | { readonly is: "unreachable"; readonly problem: CallProblem }
  | { readonly is: "unclaimed"; readonly hello: Hello }
  | { readonly is: "signed-out"; readonly hello: Hello }
  | { readonly is: "signed-in"; readonly session: Session };

let standing: Standing = { is: "loading" };
const listeners = new Set<() => void>();

function become(next: Standing): void {
  standing = next;
  client.csrf = next.is === "signed-in" ? next.session.csrf : undefined;
  // Before a given password is changed the box refuses the feed as all else: that is no lost connection.
  if (next.is === "signed-in" && !next.session.mustChangePassword) feed.start();
  else feed.stop();
  for (const listener of [...listeners]) listener();
}

export const client = createClient({
  fetch: (...args) => globalThis.fetch(...args),
  language: languageChoice.get,
  unreachable: () => {
    const words = wordsIn(shellWords, languageChoice.get());
    return { code: "unreachable", message: words.unreachable, fix: words.unreachableFix };
  },
  onSignedOut: () => void askStanding(),
});
export const { call } = client;

/** Scripts of a page have no seed, and its pauses need none: this only spreads them. */
const chance = (): number => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;

export const feed = new LiveFeed({
  address: `${globalThis.location.protocol === "https:" ? "wss" : "ws"}://${globalThis.location.host}/api/1/live`,
  connect: (address) => new WebSocket(address),
  clock: systemClock,
  chance,
  language: languageChoice.get,
  onSignedOut: () => void askStanding(),
});
languageChoice.subscribe(() => feed.askAnew());
feed.listen({ watch: [] }, (message) => boxClock.hear(message));

/** Asks the box who is signed in here; for the start, and after a session has ended. */
export async function askStanding(): Promise<void> {
  try {
    become({ is: "signed-in", session: await call("GET /api/1/session") });
  } catch (problem) {
    if (!(problem instanceof CallProblem) || problem.status !== 401) return become(unreachable(problem));
    try {
      const hello = await call("GET /api/1/hello");
      become({ is: hello.claimed ? "signed-out" : "unclaimed", hello });
    } catch (second) {
      become(unreachable(second));
    }
  }
}

function unreachable(problem: unknown): Standing {
  if (problem instanceof CallProblem) return { is: "unreachable", problem };
  throw problem;
}

export const signedIn = (session: Session): void => become({ is: "signed-in", session });

export async function signOut(): Promise<void> {
  await call("DELETE /api/1/session").catch((problem: unknown) => {
    if (!(problem instanceof CallProblem)) throw problem;
  });
  await askStanding();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
export const useStanding = (): Standing => useSyncExternalStore(subscribe, () => standing);

const onState = (listener: () => void) => feed.onState(listener);
export const useLiveState = (): LiveState => useSyncExternalStore(onState, () => feed.state);
