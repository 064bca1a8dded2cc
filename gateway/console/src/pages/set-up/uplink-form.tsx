/** The form of a platform: only the fields its way needs. */
import { Input, Select } from "antd";
import { Field } from "../../parts/field.tsx";
import { fill, useWords } from "../../words/language.ts";
import { setUpFinishWords } from "../../words/set-up-finish.ts";
import {
  exampleUrl,
  type KeptSecrets,
  NOTHING_KEPT,
  SIGN_ALGS,
  UPLINK_TYPES,
  type UplinkDraft,
  type uplinkProblems,
} from "./uplink-draft.ts";

interface UplinkFormProps {
  readonly draft: UplinkDraft;
  readonly problems: ReturnType<typeof uplinkProblems>;
  readonly onChange: (draft: UplinkDraft) => void;
  /** Of a platform that is there: its way and name stay. */
  readonly kept?: KeptSecrets;
}

const RECEIPTS = { json: "receiptJson", status: "receiptStatus", broker: "receiptBroker" } as const;

export function UplinkForm({ draft, problems, onChange, kept }: UplinkFormProps) {
  const words = useWords(setUpFinishWords);
  const { type } = draft;
  const set = (change: Partial<UplinkDraft>) => onChange({ ...draft, ...change });
  const wrong = (name: keyof UplinkDraft): string | undefined => {
    const problem = problems[name];
    return problem === undefined ? undefined : fill(words[problem], { url: exampleUrl(type) });
  };
  const receipts = (["json", type === "https" ? "status" : "broker"] as const).map((value) => ({
    value,
    label: words[RECEIPTS[value]],
  }));
  return (
    <div className="gh-fields gh-card">
      <Field label={words.type}>
        {(bind) => (
          <Select
            {...bind}
            value={type}
            disabled={kept !== undefined}
            onChange={(next) => set({ type: next, receipt: "json" })}
            options={UPLINK_TYPES.map((value) => ({ value, label: value.toUpperCase() }))}
          />
        )}
      </Field>
      <Field label={words.id} help={words.idHint} wrong={wrong("id")}>
        {(bind) => (
          <Input
            {...bind}
            value={draft.id}
            disabled={kept !== undefined}
            onChange={(event) => set({ id: event.target.value })}
          />
        )}
      </Field>
      <Field label={words.url} help={fill(words.urlHint, { url: exampleUrl(type) })} wrong={wrong("url")}>
        {(bind) => (
          <Input {...bind} inputMode="url" value={draft.url} onChange={(event) => set({ url: event.target.value })} />
        )}
      </Field>
      {type !== "nats" && (
        <Field label={words.receipt}>
          {(bind) => (
            <Select {...bind} value={draft.receipt} onChange={(receipt) => set({ receipt })} options={receipts} />
          )}
        </Field>
      )}
      {type === "https" ? (
        <SignFields draft={draft} wrong={wrong("signKey")} onChange={set} kept={kept ?? NOTHING_KEPT} />
      ) : (
        <SignInFields draft={draft} onChange={set} kept={kept ?? NOTHING_KEPT} />
      )}
      <Field label={words.ca} help={kept?.ca === true ? words.caKept : words.caHint} wrong={wrong("ca")}>
        {(bind) => (
          <Input.TextArea {...bind} rows={2} value={draft.ca} onChange={(event) => set({ ca: event.target.value })} />
        )}
      </Field>
    </div>
  );
}

interface PartProps {
  readonly draft: UplinkDraft;
  readonly wrong?: string | undefined;
  readonly onChange: (change: Partial<UplinkDraft>) => void;
  readonly kept: KeptSecrets;
}

function SignFields({ draft, wrong, onChange, kept }: PartProps) {
  const words = useWords(setUpFinishWords);
  return (
    <>
      <Field label={words.sign}>
        {(bind) => (
          <Select
            {...bind}
            value={draft.sign}
            onChange={(sign) => onChange({ sign })}
            options={SIGN_ALGS.map((value) => ({ value, label: value === "none" ? words.signNone : value }))}
          />
        )}
      </Field>
      {draft.sign !== "none" && (
        <Field label={words.signKey} help={kept.signKey ? words.secretKept : words.signKeyHint} wrong={wrong}>
          {(bind) => (
            <Input.TextArea
              {...bind}
              rows={2}
              autoComplete="off"
              spellCheck={false}
              value={draft.signKey}
              onChange={(event) => onChange({ signKey: event.target.value })}
            />
          )}
        </Field>
      )}
    </>
  );
}

function SignInFields({ draft, onChange, kept }: PartProps) {
  const words = useWords(setUpFinishWords);
  return (
    <>
      <Field label={words.username}>
        {(bind) => (
          <Input
            {...bind}
            autoComplete="off"
            value={draft.username}
            onChange={(event) => onChange({ username: event.target.value })}
          />
        )}
      </Field>
      <Field label={words.password} help={kept.password ? words.secretKept : words.signKeyHint}>
        {(bind) => (
          <Input.Password
            {...bind}
            autoComplete="new-password"
            value={draft.password}
            onChange={(event) => onChange({ password: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}
