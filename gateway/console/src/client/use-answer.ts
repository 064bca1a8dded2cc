/** An answer of the box as a component sees it: read when shown, again when the feed says so or the connection returns. */
import { systemClock } from "@gatehouse/protocol";
import { useCallback, useEffect, useRef, useState } from "react";
import type { AnswerOf, ApiKey } from "../../../src/console/table/index.ts";
import type { LiveMessage } from "../../../src/console/table/live.ts";
import { call, feed } from "../shell/box.ts";
import { useLanguage } from "../words/language.ts";
import type { Arguments, Ask } from "./client.ts";
import { LateChanges } from "./late-changes.ts";
import type { Watching } from "./live.ts";
import { CallProblem } from "./problem.ts";

export interface Loading<T> {
  /** The latest answer; kept while a newer one is read, and when that fails. */
  readonly answer: T | undefined;
  readonly problem: CallProblem | undefined;
  readonly reload: () => void;
  /** The same without a person who asks for it: no sign of life of the session. */
  readonly again: () => void;
  /** Changes what is shown before the box says it, as with messages of the feed. */
  readonly change: (next: (answer: T) => T) => void;
}

type Watched = Watching["watch"][number];

export interface AnswerOptions {
  /** Read anew when the feed speaks of one of these. */
  readonly reloadOn?: readonly Watched[];
  /** False: nothing is read yet. */
  readonly when?: boolean;
}

/** A box that could not be reached is asked again after so long; the feed may not have noticed that it was away. */
const ASK_AGAIN_MS = 5_000;
/** Changes that come close together are read once. */
const GATHER_MS = 400;

export function useAnswer<K extends ApiKey>(key: K, ask: Ask<K>, options: AnswerOptions = {}): Loading<AnswerOf<K>> {
  const [state, setState] = useState<{ of: string; answer?: AnswerOf<K>; problem?: CallProblem }>({ of: "" });
  const [turn, setTurn] = useState(0);
  const unattended = useRef(false);
  const reload = useCallback(() => setTurn((now) => now + 1), []);
  const again = useCallback(() => {
    unattended.current = true;
    setTurn((now) => now + 1);
  }, []);
  const late = useRef(new LateChanges<AnswerOf<K>>()).current;
  const change = useCallback(
    (next: (answer: AnswerOf<K>) => AnswerOf<K>) => {
      late.note(next);
      setState((now) => (now.answer === undefined ? now : { ...now, answer: next(now.answer) }));
    },
    [late],
  );
  // Sentences of an answer are in the language it was asked for in. Until the other comes this one stays: what is typed beside it must not go.
  const language = useLanguage();
  const asked = `${key} ${JSON.stringify(ask)}`;
  const when = options.when ?? true;
  const latest = useRef(ask);
  latest.current = ask;

  useEffect(() => {
    // Read again for these values alone.
    void turn;
    void language;
    const byItself = unattended.current;
    unattended.current = false;
    if (!when) return;
    const ended = new AbortController();
    late.begin();
    const rest = [latest.current, { signal: ended.signal, unattended: byItself }] as unknown as Arguments<K>;
    call(key, ...rest).then(
      (answer) => ended.signal.aborted || setState({ of: asked, answer: late.end(answer) }),
      (problem: unknown) => {
        if (ended.signal.aborted) return;
        late.drop();
        if (!(problem instanceof CallProblem)) throw problem;
        setState((now) => (now.of === asked ? { ...now, problem } : { of: asked, problem }));
      },
    );
    return () => ended.abort();
  }, [asked, key, turn, when, late, language]);

  useReloads(options.reloadOn, again, when);
  const current = state.of === asked ? state : undefined;
  const unreached = current?.problem?.status === 0 ? current.problem : undefined;
  useEffect(() => (unreached === undefined ? undefined : systemClock.after(ASK_AGAIN_MS, again)), [unreached, again]);
  return { answer: current?.answer, problem: current?.problem, reload, again, change };
}

function useReloads(about: readonly Watched[] | undefined, reload: () => void, when: boolean): void {
  const names = about?.join(" ") ?? "";
  useEffect(() => {
    let lost = false;
    return feed.onState(() => {
      if (feed.state === "lost") lost = true;
      else if (feed.state === "up" && lost) {
        lost = false;
        reload();
      }
    });
  }, [reload]);
  useEffect(() => {
    if (names === "" || !when) return;
    const watch = names.split(" ") as Watched[];
    let waiting: (() => void) | undefined;
    const end = feed.listen({ watch }, ({ about: said }) => {
      if (!(watch as readonly string[]).includes(said)) return;
      waiting ??= systemClock.after(GATHER_MS, () => {
        waiting = undefined;
        reload();
      });
    });
    return () => {
      end();
      waiting?.();
    };
  }, [names, reload, when]);
}

/** Messages of the feed, as long as the component is shown. */
export function useLive(watching: Watching, listener: (message: LiveMessage) => void): void {
  const latest = useRef(listener);
  latest.current = listener;
  const asked = JSON.stringify(watching);
  useEffect(() => feed.listen(JSON.parse(asked) as Watching, (message) => latest.current(message)), [asked]);
}
