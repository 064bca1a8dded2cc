/** What a platform refused for good, and sending it again. */
import { Button } from "antd";
import { useState } from "react";
import { useAnswer } from "../../client/use-answer.ts";
import { Failed } from "../../parts/failed.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Nothing } from "../../parts/nothing.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { useMay } from "../../shell/session.ts";
import { useTimes } from "../../shell/site.tsx";
import { boxWords } from "../../words/box.ts";
import { useWords } from "../../words/language.ts";

interface RefusedItem {
  readonly sequence: number;
  readonly lane: string;
  readonly at: string;
  readonly reason: string;
  readonly type: string;
}

export function Refused({ id }: { readonly id: string }) {
  const words = useWords(boxWords);
  const { time } = useTimes();
  const refused = useAnswer("GET /api/1/uplinks/:id/rejected", { params: { id } });
  const { busy, problem, run } = useDoing();
  const [done, setDone] = useState(false);
  const mayResend = useMay("technician");
  const resend = () =>
    run(async () => {
      await call("POST /api/1/uplinks/:id/resend", { params: { id }, body: {} });
      setDone(true);
    });
  return (
    <Loaded of={refused}>
      {({ rejected }) =>
        rejected.length === 0 ? (
          <Nothing text={words.nothingRefused} />
        ) : (
          <>
            {mayResend ? (
              <p>
                <Button disabled={busy || done} onClick={() => void resend()}>
                  {words.resend}
                </Button>{" "}
                {done ? <span role="status">{words.resent}</span> : null}
              </p>
            ) : null}
            {problem === undefined ? null : <Failed problem={problem} />}
            <ul className="rows">
              {(rejected as RefusedItem[]).map((item) => (
                <li className="row" key={`${item.lane} ${item.sequence}`}>
                  <div className="row-text">
                    <code>{item.type}</code> · {time(item.at)}
                    <div className="under" dir="auto">
                      {words.reason}: {item.reason}
                    </div>
                  </div>
                </li>
              ))}
            </ul>
          </>
        )
      }
    </Loaded>
  );
}
