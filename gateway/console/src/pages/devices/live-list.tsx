/** Lines that come in as they happen, the newest first: a list that scrolls by itself, also by keyboard. */
import type { ReactNode } from "react";

export interface LiveListProps {
  readonly label: string;
  /** New lines are read out. */
  readonly polite?: boolean;
  readonly children: ReactNode;
}

export function LiveList({ label, polite = false, children }: LiveListProps) {
  return (
    <section className="gh-live-scroll" aria-label={label} tabIndex={0}>
      <ul className="gh-live" aria-live={polite ? "polite" : undefined}>
        {children}
      </ul>
    </section>
  );
}
