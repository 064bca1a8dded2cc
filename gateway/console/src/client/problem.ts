/** What a call can end in beside an answer. */
import type { Problem } from "../../../src/console/table/route.ts";

/** A refusal of the box, or no answer at all. `message` and `fix` are in the reader's language. */
export class CallProblem extends Error {
  override readonly name = "CallProblem";
  /** HTTP status; 0 when the box was not reached. */
  readonly status: number;
  readonly problem: Problem;

  constructor(status: number, problem: Problem, options?: ErrorOptions) {
    super(problem.message, options);
    this.status = status;
    this.problem = problem;
  }

  get code(): string {
    return this.problem.code;
  }

  get unreachable(): boolean {
    return this.status === 0;
  }
}
