/** A local day `2026-11-25` as people write it, whatever the zone. */
import { formatDate } from "../../parts/time.ts";
import { useLanguage } from "../../words/language.ts";

export function useDay(): (day: string) => string {
  const language = useLanguage();
  return (day) => formatDate(`${day}T00:00:00Z`, language, "UTC");
}
