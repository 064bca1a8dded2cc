/** The box did not start with a new site file and runs with the one before. */
import { Alert } from "antd";
import { useWords } from "../words/language.ts";
import { shellWords } from "../words/shell.ts";

export function PutBack({ why }: { readonly why: string }) {
  const words = useWords(shellWords);
  return <Alert type="error" role="alert" showIcon title={words.putBack} description={<bdi>{why}</bdi>} />;
}
