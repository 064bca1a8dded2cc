/** Title of a page with what can be done on it. */
import { ArrowLeftOutlined } from "@ant-design/icons";
import type { ReactNode } from "react";
import { useWords } from "../words/language.ts";
import { shellWords } from "../words/shell.ts";

export interface PageHeadProps {
  readonly title: string;
  readonly under?: ReactNode;
  readonly back?: string;
  readonly children?: ReactNode;
}

export function PageHead({ title, under, back, children }: PageHeadProps) {
  const words = useWords(shellWords);
  return (
    <header className="page-head">
      <div className="page-title">
        {back === undefined ? null : (
          <a className="back" href={back} aria-label={words.back} title={words.back}>
            <ArrowLeftOutlined />
          </a>
        )}
        <div className="page-name">
          <h1 dir="auto" title={title}>
            {title}
          </h1>
          {under === undefined ? null : <div className="under">{under}</div>}
        </div>
      </div>
      <div className="page-deeds no-print">{children}</div>
    </header>
  );
}
