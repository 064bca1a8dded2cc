/** What every step of the set-up works on: the site as it stands, and one way to change it and to wait until the box is back. */
import { useCallback, useState } from "react";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { CallProblem } from "../../client/problem.ts";
import { useAnswer } from "../../client/use-answer.ts";
import { call, feed } from "../../shell/box.ts";
import { withRestart } from "../../shell/restart.ts";
import { useSiteReload } from "../../shell/site.tsx";
import { keepWindow } from "./pairing-window.ts";
import { type Edit, type GivenSecret, isConflict, type SiteFile, siteFileOf } from "./site-file.ts";

export type Busy = "no" | "saving" | "restarting" | "long";
export type Trouble =
  | { readonly is: "conflict" }
  | { readonly is: "problem"; readonly problem: CallProblem }
  /** The box did not start with the change, and runs without it. */
  | { readonly is: "putBack"; readonly why: string };

export interface SetUp {
  readonly site: AnswerOf<"GET /api/1/site">;
  readonly file: SiteFile;
  readonly busy: Busy;
  readonly trouble: Trouble | undefined;
  readonly reload: () => void;
  /** True when it is saved and the box is back. A refusal is shown as trouble; input stays. */
  readonly apply: (edits: readonly Edit[], note: string, secrets?: readonly GivenSecret[]) => Promise<boolean>;
  /** The same around another row that changes the site file. */
  readonly change: <T>(work: (hash: string) => Promise<T>) => Promise<T | undefined>;
}

export function useSetUp(): { readonly setUp: SetUp | undefined; readonly problem: CallProblem | undefined } {
  const site = useAnswer("GET /api/1/site", {});
  const config = useAnswer("GET /api/1/config", {});
  const [busy, setBusy] = useState<Busy>("no");
  const [trouble, setTrouble] = useState<Trouble>();
  const reloadFrame = useSiteReload();
  const reload = useCallback(() => {
    site.reload();
    config.reload();
    reloadFrame();
  }, [site.reload, config.reload, reloadFrame]);

  const hash = config.answer?.hash ?? "";
  const change = useCallback(
    async <T>(work: (hash: string) => Promise<T>): Promise<T | undefined> => {
      setTrouble(undefined);
      setBusy("saving");
      try {
        const openWindow = await keepWindow();
        const away = (isLong: boolean) => setBusy(isLong ? "long" : "restarting");
        const { answer, putBack } = await withRestart(hash, () => work(hash), away);
        await openWindow();
        // It answers: whoever holds a card to a lock now is not to wait for the feed's next turn.
        feed.retryNow();
        if (putBack === undefined) return answer;
        setTrouble({ is: "putBack", why: putBack });
        return undefined;
      } catch (error) {
        if (!(error instanceof CallProblem)) throw error;
        setTrouble(isConflict(error) ? { is: "conflict" } : { is: "problem", problem: error });
        return undefined;
      } finally {
        setBusy("no");
        reload();
      }
    },
    [hash, reload],
  );
  const apply = useCallback(
    async (edits: readonly Edit[], note: string, secrets: readonly GivenSecret[] = []) => {
      if (edits.length === 0) return true;
      const body = (now: string) => ({ hash: now, edits: [...edits], note, secrets: [...secrets] });
      return (await change((now) => call("PATCH /api/1/config", { body: body(now) }))) !== undefined;
    },
    [change],
  );
  const ready = site.answer !== undefined && config.answer !== undefined;
  return {
    setUp: ready
      ? { site: site.answer, file: siteFileOf(config.answer), busy, trouble, reload, apply, change }
      : undefined,
    problem: site.problem ?? config.problem,
  };
}
