/** Something is on its way. */
import { Skeleton } from "antd";
import { useWords } from "../words/language.ts";
import { shellWords } from "../words/shell.ts";

export function Waiting() {
  const words = useWords(shellWords);
  return (
    <div className="waiting" role="status" aria-label={words.loading}>
      <Skeleton active paragraph={{ rows: 4 }} />
    </div>
  );
}
