/** Patrols: where somebody has to look in, the most urgent first, and the visits that were. */
import { Input, Segmented } from "antd";
import { useDeferredValue, useState } from "react";
import type { PatrolRow } from "../../../../src/console/table/duties.ts";
import { useAnswer } from "../../client/use-answer.ts";
import { Choose } from "../../parts/choose.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { boardWords } from "../../words/board.ts";
import { patrolWords } from "../../words/duties.ts";
import { fill, useWords } from "../../words/language.ts";
import { type PatrolFilter, PatrolList } from "./patrol-list.tsx";
import "./duties.css";

const STATES = ["overdue", "due", "ahead"] as const satisfies readonly PatrolRow["state"][];
const RISKS = ["red", "yellow", "blue"] as const;

export function PatrolsPage() {
  const words = useWords(patrolWords);
  const [filter, setFilter] = useState<PatrolFilter>({ state: "", risk: "", search: "" });
  const search = useDeferredValue(filter.search.trim());
  const wanted = { ...filter, search };
  return (
    <>
      <PageHead title={words.title} under={words.says} />
      <Tools filter={filter} change={setFilter} />
      <PatrolList key={JSON.stringify(wanted)} filter={wanted} />
    </>
  );
}

function Tools({ filter, change }: { readonly filter: PatrolFilter; readonly change: (filter: PatrolFilter) => void }) {
  const words = useWords(patrolWords);
  const board = useWords(boardWords);
  const counts = useAnswer("GET /api/1/patrols", { query: { limit: 1 } }, { reloadOn: ["patrols"] }).answer?.counts;
  const label = (state: PatrolRow["state"]) =>
    counts === undefined ? words[state] : fill(words.count, { word: words[state], n: counts[state] });
  return (
    <div className="duty-tools">
      <Segmented<PatrolFilter["state"]>
        aria-label={words.show}
        value={filter.state}
        onChange={(state) => change({ ...filter, state })}
        options={[{ value: "", label: words.all }, ...STATES.map((state) => ({ value: state, label: label(state) }))]}
      />
      <Choose<PatrolFilter["risk"]>
        label={words.risk}
        value={filter.risk}
        onChange={(risk) => change({ ...filter, risk })}
        options={[["", words.allRisks], ...RISKS.map((risk) => [risk, board[risk]] as const)]}
      />
      <Input
        className="duty-search"
        allowClear
        aria-label={words.search}
        placeholder={words.search}
        maxLength={100}
        value={filter.search}
        onChange={({ target }) => change({ ...filter, search: target.value })}
      />
    </div>
  );
}
