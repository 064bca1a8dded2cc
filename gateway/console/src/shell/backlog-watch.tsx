/** What waits too long for a platform, for a quiet mark in the navigation: asked now and then, and when the box says that its health changed. */
import { systemClock } from "@gatehouse/protocol";
import { createContext, type ReactNode, useContext, useEffect, useMemo } from "react";
import type { AnswerOf } from "../../../src/console/table/index.ts";
import { useAnswer } from "../client/use-answer.ts";

type Uplinks = AnswerOf<"GET /api/1/uplinks">["uplinks"];

const ASK_MS = 60_000;

const BacklogContext = createContext(0);
/** So many events wait for platforms that are behind; 0 while none is. */
export const useBacklog = (): number => useContext(BacklogContext);

export const backlogOf = (uplinks: Uplinks): number =>
  uplinks
    .filter(({ late }) => late)
    .flatMap(({ lanes }) => Object.values(lanes))
    .reduce((sum, { waiting }) => sum + waiting, 0);

export function BacklogWatch({ children }: { readonly children: ReactNode }) {
  const { answer, problem, again } = useAnswer("GET /api/1/uplinks", {}, { reloadOn: ["health"] });
  useEffect(() => {
    // Each answer, and each that did not come, is followed by another question.
    void answer;
    void problem;
    return systemClock.after(ASK_MS, again);
  }, [answer, problem, again]);
  const backlog = useMemo(() => backlogOf(answer?.uplinks ?? []), [answer]);
  return <BacklogContext value={backlog}>{children}</BacklogContext>;
}
