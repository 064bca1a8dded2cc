/** After a form was to be saved: leads to the first field that is wrong, which may be far off the screen. */
import { useEffect, useState } from "react";

const WRONG = '[aria-invalid="true"]';

/** The answer is called as the form is refused; the field is looked for once it is drawn as wrong. */
export function useFirstWrong(): () => void {
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    if (asked === 0) return;
    const field =
      document.querySelector<HTMLElement>(`[role="dialog"] ${WRONG}`) ??
      document.querySelector<HTMLElement>(`main ${WRONG}`);
    field?.scrollIntoView({ block: "center" });
    field?.focus({ preventScroll: true });
  }, [asked]);
  return () => setAsked((before) => before + 1);
}
