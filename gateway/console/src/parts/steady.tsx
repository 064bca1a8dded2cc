/** Rows that are tapped one after the other: what is in them may come and go, but the row below stays where the finger is. */
import { type ReactNode, useLayoutEffect, useRef } from "react";

/** Never lower than it has been at this width, for as long as it stands on the page. */
export function Steady({ children, className }: { readonly children: ReactNode; readonly className?: string }) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const { current } = box;
    if (current === null) return;
    const kept = { width: 0, height: 0 };
    const keep = () => {
      const { width } = current.getBoundingClientRect();
      if (width !== kept.width) {
        current.style.minHeight = "";
        kept.height = 0;
      }
      kept.width = width;
      kept.height = Math.max(kept.height, current.getBoundingClientRect().height);
      current.style.minHeight = `${kept.height}px`;
    };
    const watched = new ResizeObserver(keep);
    watched.observe(current);
    return () => watched.disconnect();
  }, []);
  return (
    <div ref={box} className={className}>
      {children}
    </div>
  );
}
