/** The last 30 nights of a room: drawn, and as a table for those who do not see drawings. */
import { lazy, Suspense } from "react";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { useAnswer } from "../../client/use-answer.ts";
import { Guard } from "../../parts/guard.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Nothing } from "../../parts/nothing.tsx";
import { Waiting } from "../../parts/waiting.tsx";
import { useWords } from "../../words/language.ts";
import { roomWords } from "../../words/room.ts";

const NightsChart = lazy(() => import("./nights-chart.tsx").then(({ NightsChart }) => ({ default: NightsChart })));

export function NightsCard({ id }: { readonly id: string }) {
  const words = useWords(roomWords);
  const nights = useAnswer("GET /api/1/spaces/:id/nights", { params: { id }, query: { days: 30 } });
  return (
    <section className="card nights">
      <h2>{words.nights}</h2>
      <Loaded of={nights}>
        {(answer) =>
          answer.nights.length === 0 ? (
            <Nothing text={words.noNights} />
          ) : (
            <>
              <Guard>
                <Suspense fallback={<Waiting />}>
                  <NightsChart nights={answer.nights} />
                </Suspense>
              </Guard>
              <NightsTable nights={answer.nights} />
            </>
          )
        }
      </Loaded>
    </section>
  );
}

const one = (n: number) => (Math.round(n * 10) / 10).toFixed(1);

function NightsTable({ nights }: AnswerOf<"GET /api/1/spaces/:id/nights">) {
  const words = useWords(roomWords);
  return (
    <details>
      <summary>{words.asTable}</summary>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{words.night}</th>
            <th scope="col">{words.residing}</th>
            <th scope="col">{words.band}</th>
            <th scope="col">{words.limit}</th>
          </tr>
        </thead>
        <tbody>
          {[...nights].reverse().map(({ date, residing, low, high, limit }) => (
            <tr key={date}>
              <td>{date}</td>
              <td>{one(residing)}</td>
              <td>
                {one(low)} – {one(high)}
              </td>
              <td>{limit ?? "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
