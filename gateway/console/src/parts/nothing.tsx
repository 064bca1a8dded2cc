/** A list without anything in it says so. */
import { Empty } from "antd";
import { useWords } from "../words/language.ts";
import { shellWords } from "../words/shell.ts";

export function Nothing({ text }: { readonly text?: string }) {
  const words = useWords(shellWords);
  return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={text ?? words.nothing} />;
}
