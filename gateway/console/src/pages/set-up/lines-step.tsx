/** The third step: lines of wired devices, and looking for what hangs on them. */
import { Alert, Tag, Typography } from "antd";
import { useEffect, useRef, useState } from "react";
import type { ScanResult } from "../../../../src/console/table/devices.ts";
import { useAnswer } from "../../client/use-answer.ts";
import { fill, useWords } from "../../words/language.ts";
import { protocolWords } from "../../words/protocols.ts";
import { setUpWords } from "../../words/set-up.ts";
import { setUpDevicesWords } from "../../words/set-up-devices.ts";
import { setUpTakingWords } from "../../words/set-up-taking.ts";
import { JobProgress } from "./job-progress.tsx";
import { useKept } from "./kept-input.ts";
import { ScanForm } from "./scan-form.tsx";
import { addScan, NOTHING_SCANNED, type Scanned } from "./scanned.ts";
import { StepFrame, type StepProps } from "./step-frame.tsx";
import { useJob } from "./use-job.ts";

export function LinesStep({ setUp, onNext, onBack }: StepProps) {
  const words = useWords(setUpDevicesWords);
  const frame = useWords(setUpWords);
  const taking = useWords(setUpTakingWords);
  const protocols = useWords(protocolWords);
  const drivers = useAnswer("GET /api/1/drivers", {});
  const lines = drivers.answer?.drivers.filter(({ type }) => type !== "mqtt") ?? [];
  const scan = useScan();
  const found = scan.scanned.found.length;
  return (
    <StepFrame
      setUp={setUp}
      purpose={frame.linesFor}
      onBack={onBack}
      main={{ text: lines.length === 0 && found === 0 ? frame.skip : frame.next, act: onNext }}
    >
      <ScanForm running={scan.followed.job?.state === "running"} onStarted={scan.start} />
      <div ref={scan.box} className="gh-scan">
        {(scan.followed.job?.state !== "done" || found === 0) && <JobProgress followed={scan.followed} />}
      </div>
      {scan.live.length > 0 && <FoundNow found={scan.live} />}
      {scan.last !== undefined && <ScanSays result={scan.last} />}
      {found > 0 && (
        <Alert type="success" showIcon title={fill(words.scanFound, { n: found })} description={taking.scanAdds} />
      )}
      <h2>{words.linesThere}</h2>
      {lines.length === 0 && (
        <Typography.Text type="secondary">{found > 0 ? taking.linesCome : words.noLines}</Typography.Text>
      )}
      <ul className="gh-rows">
        {lines.map(({ id, type, up, link, devices }) => (
          <li key={id}>
            <strong dir="auto">{id}</strong>{" "}
            <Tag>{type in protocols ? protocols[type as keyof typeof protocols] : type}</Tag>
            <Tag color={up ? "success" : "error"}>{up ? words.lineUp : words.lineDown}</Tag>
            <span>{fill(words.lineDevices, { n: devices })}</span> <bdi className="gh-hint">{link ?? ""}</bdi>
          </li>
        ))}
      </ul>
    </StepFrame>
  );
}

/** One scan at a time; what it found is kept until it is taken. */
function useScan() {
  const [job, setJob] = useKept<{ id?: string }>("scan.job", {});
  const [scanned, setScanned] = useKept<Scanned>("scan.found", NOTHING_SCANNED);
  const [last, setLast] = useState<ScanResult>();
  const followed = useJob(job.id);
  const { state } = followed.job ?? {};
  const result = state === "done" || state === "cancelled" ? (followed.result as ScanResult | null) : undefined;
  useEffect(() => {
    if (!result?.found || last === result) return;
    setLast(result);
    setScanned(addScan(scanned, result));
  }, [result, last, scanned, setScanned]);
  // On a phone it comes up below the form, where nobody sees it.
  const box = useRef<HTMLDivElement>(null);
  const [begun, setBegun] = useState<string>();
  const isThere = begun !== undefined && followed.job?.id === begun;
  useEffect(() => {
    if (isThere) box.current?.scrollIntoView({ block: "nearest" });
  }, [isThere]);
  const start = (id: string) => {
    setJob({ id });
    setBegun(id);
  };
  const live = state === "running" ? ((followed.result as ScanResult | null)?.found ?? []) : [];
  return { scanned, last, live, followed, box, start };
}

function FoundNow({ found }: { readonly found: ScanResult["found"] }) {
  const words = useWords(setUpTakingWords);
  return (
    <section aria-label={words.foundNow}>
      <strong role="status">{fill(words.foundCount, { n: found.length })}</strong>
      <ul className="gh-rows">
        {found.map(({ driver, id, label }) => (
          <li key={`${driver} ${id}`}>
            <strong dir="auto">{id}</strong> <bdi className="gh-hint">{label}</bdi>
          </li>
        ))}
      </ul>
    </section>
  );
}

function ScanSays({ result }: { readonly result: ScanResult }) {
  const words = useWords(setUpDevicesWords);
  return (
    <>
      {result.found.length === 0 && <Alert type="warning" showIcon title={words.scanNone} />}
      {result.remarks.length > 0 && (
        <ul>
          {result.remarks.map((remark) => (
            <li key={remark} dir="auto">
              {remark}
            </li>
          ))}
        </ul>
      )}
      {result.tried.length > 0 && (
        <Typography.Text type="secondary">{fill(words.scanTried, { what: result.tried.join(", ") })}</Typography.Text>
      )}
    </>
  );
}
