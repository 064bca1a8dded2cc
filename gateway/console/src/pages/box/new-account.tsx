/** A new account with a first password. */
import { Alert, Button, Input } from "antd";
import { useState } from "react";
import type { Role } from "../../../../src/console/table/route.ts";
import { Failed } from "../../parts/failed.tsx";
import { Field } from "../../parts/field.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { boxWords } from "../../words/box.ts";
import { useWords } from "../../words/language.ts";
import { sessionWords } from "../../words/session.ts";
import { isAccountName } from "../session/account-name.ts";
import { NewPassword } from "../session/new-password.tsx";
import { RolesChoice } from "./roles-choice.tsx";

export function NewAccount({ onMade }: { readonly onMade: () => void }) {
  const words = useWords(boxWords);
  const session = useWords(sessionWords);
  const { busy, problem, run } = useDoing();
  const [turn, setTurn] = useState(0);
  const [name, setName] = useState("");
  const [roles, setRoles] = useState<Role[]>(["manager"]);
  const [password, setPassword] = useState<string>();
  const misnamed = name.trim() !== "" && !isAccountName(name);
  const make = () =>
    run(async () => {
      if (password === undefined) return;
      await call("POST /api/1/accounts", { body: { name: name.trim(), roles, password } });
      setName("");
      setPassword(undefined);
      setTurn((now) => now + 1);
      onMade();
    });
  return (
    <section className="card">
      <h2>{words.addAccount}</h2>
      {turn > 0 && name === "" ? <Alert type="success" role="status" showIcon title={words.made} /> : null}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        <Field label={words.name} help={session.newNameHelp} wrong={misnamed ? session.newNameForm : undefined}>
          {(bind) => (
            <Input
              {...bind}
              autoComplete="off"
              required
              maxLength={32}
              value={name}
              onChange={({ target }) => setName(target.value)}
            />
          )}
        </Field>
        <RolesChoice value={roles} onChange={setRoles} />
        <p className="under">{words.firstPassword}</p>
        <NewPassword key={turn} onChange={setPassword} />
        {problem === undefined ? null : <Failed problem={problem} />}
        <Button
          type="primary"
          htmlType="submit"
          disabled={busy || name.trim() === "" || misnamed || roles.length === 0 || password === undefined}
        >
          {words.make}
        </Button>
      </form>
    </section>
  );
}
