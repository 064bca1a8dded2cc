/** A backup of everything in one file, and putting one back. */
import { Alert, Button, Input, Popconfirm } from "antd";
import { useState } from "react";
import { useAnswer } from "../../client/use-answer.ts";
import { Failed } from "../../parts/failed.tsx";
import { Field } from "../../parts/field.tsx";
import { JobFile, JobProgress } from "../../parts/job.tsx";
import { useLatestJob } from "../../parts/latest-job.ts";
import { PageHead } from "../../parts/page-head.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { boxWords } from "../../words/box.ts";
import { useWords } from "../../words/language.ts";
import "./box.css";

const SHORTEST = 10;

export function BackupPage() {
  const words = useWords(boxWords);
  return (
    <>
      <PageHead title={words.backup} under={words.backupUnder} />
      <Make />
      <Restore />
    </>
  );
}

function Make() {
  const words = useWords(boxWords);
  const { busy, problem, run } = useDoing();
  const [passphrase, setPassphrase] = useState("");
  const { job, running, seen, begun } = useLatestJob(({ kind }) => kind === "backup");
  const isShort = passphrase !== "" && passphrase.length < SHORTEST;
  const make = () =>
    run(async () => {
      const body = passphrase === "" ? {} : { passphrase };
      begun(await call("POST /api/1/backups", { body }));
      setPassphrase("");
    });
  return (
    <section className="card">
      <h2>{words.makeBackup}</h2>
      <Field label={words.passphrase} help={words.passphraseHelp} wrong={isShort ? words.passphrase : undefined}>
        {(bind) => (
          <Input.Password
            {...bind}
            autoComplete="new-password"
            value={passphrase}
            onChange={({ target }) => setPassphrase(target.value)}
          />
        )}
      </Field>
      <Button type="primary" disabled={busy || running || isShort} onClick={() => void make()}>
        {words.makeBackup}
      </Button>
      {problem === undefined ? null : <Failed problem={problem} />}
      {job === undefined || (!seen && job.file === null) ? null : (
        <JobProgress key={job.id} id={job.id}>
          {(_result, ended) => <JobFile job={ended} />}
        </JobProgress>
      )}
    </section>
  );
}

function Restore() {
  const words = useWords(boxWords);
  const { busy, problem, run } = useDoing();
  const [file, setFile] = useState<File>();
  const [passphrase, setPassphrase] = useState("");
  const { job, running, seen, begun } = useLatestJob(({ kind }) => kind === "restore");
  const restore = () =>
    run(async () => {
      if (file === undefined) return;
      const headers = passphrase === "" ? {} : { "x-gatehouse-passphrase": passphrase };
      const body = new Blob([file], { type: "application/octet-stream" });
      begun(await call("POST /api/1/restores", { headers, body }));
      setPassphrase("");
    });
  return (
    <section className="card">
      <h2>{words.restore}</h2>
      <Alert type="warning" showIcon title={words.restoreSays} />
      <Field label={words.chooseFile}>
        {(bind) => <input {...bind} type="file" onChange={({ target }) => setFile(target.files?.[0])} />}
      </Field>
      <Field label={words.restorePassphrase}>
        {(bind) => (
          <Input.Password
            {...bind}
            autoComplete="off"
            value={passphrase}
            onChange={({ target }) => setPassphrase(target.value)}
          />
        )}
      </Field>
      <Popconfirm title={words.sure} okText={words.yes} onConfirm={() => void restore()}>
        <Button danger disabled={busy || running || file === undefined} loading={busy}>
          {words.restoreIt}
        </Button>
      </Popconfirm>
      {problem === undefined ? null : <Failed problem={problem} />}
      {job === undefined || !seen ? null : <JobProgress key={job.id} id={job.id} />}
      <Undone />
    </section>
  );
}

/** The box did not start with the backup: it says so when it is back. */
function Undone() {
  const { restoreUndone } = useWords(boxWords);
  const { answer } = useAnswer("GET /api/1/health", {}, { reloadOn: ["health"] });
  const refused = answer?.codes.find(({ code, subject }) => code === "config-refused" && subject === "restore");
  if (refused === undefined) return null;
  return <Alert type="error" role="alert" showIcon title={restoreUndone} description={<bdi>{refused.detail}</bdi>} />;
}
