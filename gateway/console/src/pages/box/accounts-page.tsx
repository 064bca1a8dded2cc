/** Accounts of people: making, changing and ending them. */
import { Button, Popconfirm, Tag } from "antd";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { type Loading, useAnswer } from "../../client/use-answer.ts";
import { Failed } from "../../parts/failed.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { useMay, useSession } from "../../shell/session.ts";
import { useTimes } from "../../shell/site.tsx";
import { boxWords } from "../../words/box.ts";
import { fill, useWords } from "../../words/language.ts";
import { shellWords } from "../../words/shell.ts";
import { AccountPassword, AccountRoles } from "./account-change.tsx";
import "./box.css";
import { NewAccount } from "./new-account.tsx";

type Accounts = AnswerOf<"GET /api/1/accounts">;
type Row = Accounts["accounts"][number];

export function AccountsPage() {
  const words = useWords(boxWords);
  const accounts = useAnswer("GET /api/1/accounts", {});
  const mayChange = useMay("technician");
  return (
    <>
      <PageHead title={words.accounts} under={words.accountsUnder} />
      <section className="card">
        <Loaded of={accounts}>
          {({ accounts: rows }) => (
            <ul className="rows">
              {rows.map((row) => (
                <AccountLine key={row.name} row={row} accounts={accounts} mayChange={mayChange} />
              ))}
            </ul>
          )}
        </Loaded>
      </section>
      {mayChange ? <NewAccount onMade={accounts.reload} /> : null}
    </>
  );
}

interface LineProps {
  readonly row: Row;
  readonly accounts: Loading<Accounts>;
  readonly mayChange: boolean;
}

function AccountLine({ row, accounts, mayChange }: LineProps) {
  const words = useWords(boxWords);
  const shell = useWords(shellWords);
  const { time } = useTimes();
  return (
    <li className="row">
      <div className="row-text">
        <h3>
          <bdi>{row.name}</bdi>{" "}
          {row.roles.map((role) => (
            <Tag key={role}>{shell[role]}</Tag>
          ))}
          {row.disabled ? <Tag color="error">{words.disabled}</Tag> : null}
          {row.totp ? <Tag color="success">{words.codesOn}</Tag> : null}
        </h3>
        <div className="under">
          {words.lastSignIn}: {row.lastSignInAt === null ? words.never : time(row.lastSignInAt)}
          {row.lockedUntil === null ? "" : ` · ${words.locked} ${time(row.lockedUntil)}`}
        </div>
        {mayChange ? <Changes row={row} reload={accounts.reload} /> : null}
      </div>
    </li>
  );
}

function Changes({ row, reload }: { readonly row: Row; readonly reload: () => void }) {
  const words = useWords(boxWords);
  const own = useSession().name === row.name;
  const { busy, problem, run } = useDoing();
  const params = { name: row.name };
  const change = (body: { readonly disabled?: boolean; readonly totp?: false }) =>
    run(async () => {
      await call("PATCH /api/1/accounts/:name", { params, body });
      reload();
    });
  const remove = () =>
    run(async () => {
      await call("DELETE /api/1/accounts/:name", { params });
      reload();
    });
  return (
    <>
      {problem === undefined ? null : <Failed problem={problem} />}
      <details>
        <summary>{words.change}</summary>
        <AccountRoles key={row.roles.join(" ")} row={row} onChanged={reload} />
        {own ? null : (
          <>
            <AccountPassword name={row.name} onChanged={reload} />
            <div className="tools">
              <Button disabled={busy} onClick={() => void change({ disabled: !row.disabled })}>
                {row.disabled ? words.enable : words.disable}
              </Button>
              {row.totp ? (
                <Button disabled={busy} onClick={() => void change({ totp: false })}>
                  {words.codesEnd}
                </Button>
              ) : null}
              <Popconfirm
                title={fill(words.removeSure, { name: row.name })}
                okText={words.yes}
                onConfirm={() => void remove()}
              >
                <Button danger disabled={busy}>
                  {words.remove}
                </Button>
              </Popconfirm>
            </div>
          </>
        )}
      </details>
    </>
  );
}
