/** Something the reader asks the box to do: busy while it does, and the refusal when it does not. */
import { useCallback, useState } from "react";
import { CallProblem } from "../client/problem.ts";

export interface Doing {
  readonly busy: boolean;
  readonly problem: CallProblem | undefined;
  /** True when it was done. */
  readonly run: (work: () => Promise<unknown>) => Promise<boolean>;
}

export function useDoing(): Doing {
  const [state, setState] = useState<{ busy: boolean; problem: CallProblem | undefined }>({
    busy: false,
    problem: undefined,
  });
  const run = useCallback(async (work: () => Promise<unknown>) => {
    setState({ busy: true, problem: undefined });
    try {
      await work();
      setState({ busy: false, problem: undefined });
      return true;
    } catch (problem) {
      if (!(problem instanceof CallProblem)) throw problem;
      setState({ busy: false, problem });
      return false;
    }
  }, []);
  return { ...state, run };
}
