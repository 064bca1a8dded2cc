/** A word in a colour: how something stands. The word says it alone, the colour only helps. */
import type { ReactNode } from "react";

export interface PillProps {
  readonly is: "fine" | "alert" | "urgent" | "plain";
  readonly children: ReactNode;
}

export function Pill({ is, children }: PillProps) {
  return <span className={`pill pill-${is}`}>{children}</span>;
}
