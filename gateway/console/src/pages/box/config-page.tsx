/** The site file: its text with a check and a comparison before it is used, and its earlier versions. */
import { Alert } from "antd";
import { useState } from "react";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { useAnswer } from "../../client/use-answer.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { PutBack } from "../../parts/put-back.tsx";
import { withRestart } from "../../shell/restart.ts";
import { useMay } from "../../shell/session.ts";
import { boxWords } from "../../words/box.ts";
import { useWords } from "../../words/language.ts";
import "./box.css";
import { ConfigText } from "./config-text.tsx";
import { Findings } from "./findings.tsx";
import { Versions } from "./versions.tsx";

type Config = AnswerOf<"GET /api/1/config">;

/** Does what changes the site file of that hash; false where the box did not start with it. Throws CallProblem for what is refused. */
export type Change = (hash: string, work: () => Promise<unknown>) => Promise<boolean>;

type Outcome =
  | { readonly is: "starting" }
  | { readonly is: "inUse" }
  | { readonly is: "putBack"; readonly why: string };

export function ConfigPage() {
  const words = useWords(boxWords);
  const config = useAnswer("GET /api/1/config", {});
  const [outcome, setOutcome] = useState<Outcome>();
  const { reload } = config;
  const change: Change = async (hash, work) => {
    setOutcome(undefined);
    try {
      const { putBack } = await withRestart(hash, work, () => setOutcome({ is: "starting" }));
      setOutcome(putBack === undefined ? { is: "inUse" } : { is: "putBack", why: putBack });
      return putBack === undefined;
    } catch (error) {
      setOutcome(undefined);
      throw error;
    } finally {
      reload();
    }
  };
  return (
    <>
      <PageHead title={words.config} under={words.configUnder} />
      <Said outcome={outcome} />
      <Loaded of={config}>{(now) => <Parts config={now} change={change} />}</Loaded>
    </>
  );
}

function Said({ outcome }: { readonly outcome: Outcome | undefined }) {
  const words = useWords(boxWords);
  if (outcome?.is === "starting")
    return <Alert className="card" type="info" role="status" showIcon title={words.starting} />;
  if (outcome?.is === "inUse")
    return <Alert className="card" type="success" role="status" showIcon title={words.applied} />;
  return outcome === undefined ? null : <PutBack className="card" why={outcome.why} />;
}

function Parts({ config, change }: { readonly config: Config; readonly change: Change }) {
  const words = useWords(boxWords);
  const mayChange = useMay("technician");
  return (
    <>
      <Findings title={words.warnings} type="warning" findings={config.warnings} />
      <section className="card">
        <h2>{words.siteFile}</h2>
        {mayChange ? (
          <ConfigText config={config} change={change} />
        ) : (
          <>
            <p className="under">{words.onlyTechnician}</p>
            <textarea className="code-area" readOnly aria-label={words.siteFile} value={config.text} />
          </>
        )}
      </section>
      <Versions config={config} change={change} />
    </>
  );
}
