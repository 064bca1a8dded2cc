/** Folded away until somebody opens it; what is in it is read only then. */
import { type ReactNode, useState } from "react";

export interface FoldProps {
  readonly title: string;
  readonly children: () => ReactNode;
}

export function Fold({ title, children }: FoldProps) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{title}</summary>
      {open ? children() : null}
    </details>
  );
}
