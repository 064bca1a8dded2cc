/** The level of an alert as a colour, a shape and a word. */
import { ALERT_LEVEL_WORDS, type Alert } from "@gatehouse/protocol";
import { useLanguage } from "../words/language.ts";

const SHAPES: Readonly<Record<Alert["level"], string>> = { emergency: "‼", red: "▲", yellow: "◆", blue: "●" };

export function LevelMark({ level }: { readonly level: Alert["level"] }) {
  const language = useLanguage();
  return (
    <span className={`level level-${level}`}>
      <span aria-hidden="true">{SHAPES[level]}</span> {ALERT_LEVEL_WORDS[level][language]}
    </span>
  );
}
