/** Gives a reader its key: for some minutes it may come as it left the factory. */
import { App, Button } from "antd";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { fill, useWords } from "../../words/language.ts";
import { setUpTakingWords } from "../../words/set-up-taking.ts";

interface Report {
  readonly outcome?: string;
  readonly error?: string;
}

const MINUTES = 5;

export function KeyButton({ reader, onOpened }: { readonly reader: string; readonly onOpened: () => void }) {
  const words = useWords(setUpTakingWords);
  const { message } = App.useApp();
  const doing = useDoing();
  const body = { target: reader, action: "configure", args: { install: MINUTES } };
  const install = async () => {
    await doing.run(async () => {
      const { outcome, error = words.keyFailed } = (await call("POST /api/1/commands", { body })) as Report;
      if (outcome === "done") void message.success(fill(words.keyWindow, { n: MINUTES }), 10);
      else void message.error(error, 10);
    });
    onOpened();
  };
  return (
    <>
      <Button size="small" type="primary" loading={doing.busy} title={words.keyHint} onClick={() => void install()}>
        {words.installKey}
      </Button>
      <span className="gh-hint">{words.noKey}</span>
      {doing.problem !== undefined && (
        <span className="gh-problem" role="alert">
          {doing.problem.message}
        </span>
      )}
    </>
  );
}
