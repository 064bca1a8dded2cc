/** A new password, typed twice. */
import { Input } from "antd";
import { useState } from "react";
import { Field } from "../../parts/field.tsx";
import { useWords } from "../../words/language.ts";
import { sessionWords } from "../../words/session.ts";

const SHORTEST = 10;

export interface NewPasswordProps {
  /** The password when it is good, else undefined. */
  readonly onChange: (password: string | undefined) => void;
}

export function NewPassword({ onChange }: NewPasswordProps) {
  const words = useWords(sessionWords);
  const [first, setFirst] = useState("");
  const [second, setSecond] = useState("");
  const [left, setLeft] = useState(false);
  const tell = (one: string, other: string) => onChange(one.length >= SHORTEST && one === other ? one : undefined);
  const short = left && first !== "" && first.length < SHORTEST ? words.tooShort : undefined;
  const differ = second !== "" && !first.startsWith(second) ? words.differ : undefined;
  return (
    <>
      <Field label={words.newPassword} help={words.newPasswordHelp} wrong={short}>
        {(bind) => (
          <Input.Password
            {...bind}
            autoComplete="new-password"
            required
            value={first}
            onBlur={() => setLeft(true)}
            onChange={({ target }) => {
              setFirst(target.value);
              tell(target.value, second);
            }}
          />
        )}
      </Field>
      <Field label={words.repeatPassword} wrong={differ}>
        {(bind) => (
          <Input.Password
            {...bind}
            autoComplete="new-password"
            required
            value={second}
            onChange={({ target }) => {
              setSecond(target.value);
              tell(first, target.value);
            }}
          />
        )}
      </Field>
    </>
  );
}
