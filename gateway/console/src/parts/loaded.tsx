/** Shows an answer, or that it is on its way, or why it did not come. */
import type { ReactNode } from "react";
import type { Loading } from "../client/use-answer.ts";
import { Failed } from "./failed.tsx";
import { Waiting } from "./waiting.tsx";

export interface LoadedProps<T> {
  readonly of: Loading<T>;
  readonly children: (answer: T) => ReactNode;
}

export function Loaded<T>({ of, children }: LoadedProps<T>) {
  return (
    <>
      {of.problem === undefined ? null : <Failed problem={of.problem} again={of.reload} />}
      {of.answer === undefined ? of.problem === undefined ? <Waiting /> : null : children(of.answer)}
    </>
  );
}
