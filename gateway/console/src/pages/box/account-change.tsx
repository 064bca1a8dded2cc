/** Changing an account: its roles, and a new password for somebody who forgot theirs. */
import { Button, Input } from "antd";
import { useState } from "react";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { Failed } from "../../parts/failed.tsx";
import { Field } from "../../parts/field.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { boxWords } from "../../words/box.ts";
import { useWords } from "../../words/language.ts";
import { shellWords } from "../../words/shell.ts";
import { RolesChoice } from "./roles-choice.tsx";

type Row = AnswerOf<"GET /api/1/accounts">["accounts"][number];
const SHORTEST = 10;

export function AccountRoles({ row, onChanged }: { readonly row: Row; readonly onChanged: () => void }) {
  const shell = useWords(shellWords);
  const { busy, problem, run } = useDoing();
  const [roles, setRoles] = useState([...row.roles]);
  const isSame = roles.join(" ") === row.roles.join(" ");
  const save = () =>
    run(async () => {
      await call("PATCH /api/1/accounts/:name", { params: { name: row.name }, body: { roles } });
      onChanged();
    });
  return (
    <>
      <RolesChoice value={roles} onChange={setRoles} />
      {problem === undefined ? null : <Failed problem={problem} />}
      <Button disabled={busy || isSame || roles.length === 0} onClick={() => void save()}>
        {shell.save}
      </Button>
    </>
  );
}

export function AccountPassword({ name, onChanged }: { readonly name: string; readonly onChanged: () => void }) {
  const words = useWords(boxWords);
  const { busy, problem, run } = useDoing();
  const [password, setPassword] = useState("");
  const set = () =>
    run(async () => {
      await call("PATCH /api/1/accounts/:name", { params: { name }, body: { password } });
      setPassword("");
      onChanged();
    });
  return (
    <>
      <Field label={words.newPassword} help={words.firstPassword}>
        {(bind) => (
          <Input.Password
            {...bind}
            autoComplete="new-password"
            value={password}
            onChange={({ target }) => setPassword(target.value)}
          />
        )}
      </Field>
      {problem === undefined ? null : <Failed problem={problem} />}
      <p>
        <Button disabled={busy || password.length < SHORTEST} onClick={() => void set()}>
          {words.newPassword}
        </Button>
      </p>
    </>
  );
}
