/** The box did not start with a new site file and runs with the one before. */
import { Alert } from "antd";
import { useWords } from "../words/language.ts";
import { shellWords } from "../words/shell.ts";

export function PutBack({ why, className = "" }: { readonly why: string; readonly className?: string }) {
  const { putBack } = useWords(shellWords);
  const reason = <bdi>{why}</bdi>;
  return <Alert className={className} type="error" role="alert" showIcon title={putBack} description={reason} />;
}
