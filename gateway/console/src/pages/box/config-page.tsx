/** The site file: its text with a check and a comparison before it is used, and its earlier versions. */
import { Alert } from "antd";
import { useState } from "react";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { useAnswer } from "../../client/use-answer.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { useMay } from "../../shell/session.ts";
import { boxWords } from "../../words/box.ts";
import { useWords } from "../../words/language.ts";
import "./box.css";
import { ConfigText } from "./config-text.tsx";
import { Findings } from "./findings.tsx";
import { Versions } from "./versions.tsx";

type Config = AnswerOf<"GET /api/1/config">;

export function ConfigPage() {
  const words = useWords(boxWords);
  const config = useAnswer("GET /api/1/config", {});
  const [applied, setApplied] = useState(false);
  const reload = () => {
    setApplied(true);
    config.reload();
  };
  return (
    <>
      <PageHead title={words.config} under={words.configUnder} />
      {applied ? <Alert className="card" type="success" role="status" showIcon title={words.applied} /> : null}
      <Loaded of={config}>{(now) => <Parts config={now} onApplied={reload} />}</Loaded>
    </>
  );
}

function Parts({ config, onApplied }: { readonly config: Config; readonly onApplied: () => void }) {
  const words = useWords(boxWords);
  const mayChange = useMay("technician");
  return (
    <>
      <Findings title={words.warnings} type="warning" findings={config.warnings} />
      <section className="card">
        <h2>{words.siteFile}</h2>
        {mayChange ? (
          <ConfigText config={config} onApplied={onApplied} />
        ) : (
          <>
            <p className="under">{words.onlyTechnician}</p>
            <textarea className="code-area" readOnly aria-label={words.siteFile} value={config.text} />
          </>
        )}
      </section>
      <Versions config={config} onApplied={onApplied} />
    </>
  );
}
