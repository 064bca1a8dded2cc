/** Why a change of the site is not in use. */
import { Alert } from "antd";
import { Failed } from "../../parts/failed.tsx";
import { PutBack } from "../../parts/put-back.tsx";
import { useWords } from "../../words/language.ts";
import { setUpWords } from "../../words/set-up.ts";
import type { Trouble } from "./use-set-up.ts";

export function TroubleSays({ trouble }: { readonly trouble: Trouble | undefined }) {
  const words = useWords(setUpWords);
  if (trouble === undefined) return null;
  if (trouble.is === "conflict") return <Alert type="warning" showIcon title={words.conflict} />;
  return trouble.is === "problem" ? <Failed problem={trouble.problem} /> : <PutBack why={trouble.why} />;
}
