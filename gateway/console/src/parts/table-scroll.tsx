/** A table that may be wider than the screen: it scrolls by itself, also by keyboard. */
import type { ReactNode } from "react";

interface TableScrollProps {
  readonly label: string;
  /** In place of its own. */
  readonly className?: string;
  readonly children: ReactNode;
}

export function TableScroll({ label, className = "table-scroll", children }: TableScrollProps) {
  return (
    <section className={className} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
