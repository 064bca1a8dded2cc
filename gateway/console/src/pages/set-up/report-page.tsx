/** The commissioning report: rooms with their limits, devices with their tests, platforms, what is open; made to be printed and signed. */
import { Button } from "antd";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { useAnswer } from "../../client/use-answer.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { SheetTable } from "../../parts/sheet-table.tsx";
import { linkTo } from "../../shell/route.ts";
import { useSite, useTimes } from "../../shell/site.tsx";
import { deviceKindWords } from "../../words/device-kinds.ts";
import { fill, useLanguage, useWords } from "../../words/language.ts";
import { setUpDevicesWords } from "../../words/set-up-devices.ts";
import { setUpFinishWords } from "../../words/set-up-finish.ts";
import { setUpSiteWords } from "../../words/set-up-site.ts";
import { byPlace } from "./tests-shown.ts";
import "./set-up.css";

type Report = AnswerOf<"GET /api/1/reports/commissioning">;

export function ReportPage() {
  const words = useWords(setUpFinishWords);
  const report = useAnswer("GET /api/1/reports/commissioning", {});
  return (
    <div className="gh-paper">
      <PageHead title={words.report} back={linkTo("/set-up/:step", { step: "finish" })}>
        <Button type="primary" onClick={() => globalThis.print()}>
          {words.print}
        </Button>
      </PageHead>
      <Loaded of={report}>
        {(answer) => (
          <>
            <SiteFacts madeAt={answer.madeAt} />
            <OpenPoints open={answer.open} />
            <Rooms rooms={answer.rooms} />
            <Devices devices={answer.devices} />
            <Uplinks uplinks={answer.uplinks} />
            <Signatures />
          </>
        )}
      </Loaded>
    </div>
  );
}

function SiteFacts({ madeAt }: { readonly madeAt: string }) {
  const words = useWords(setUpFinishWords);
  const kinds = useWords(setUpSiteWords);
  const site = useSite();
  const { time } = useTimes();
  if (site === undefined) return null;
  const { name, id, kind, address, gateway } = site;
  const facts: readonly (readonly [string, string])[] = [
    [words.reportSite, `${name} (${id})`],
    [words.reportKind, kinds[kind]],
    [words.reportAddress, [address.text, address.code].filter((part) => part !== undefined).join(" · ")],
    [words.reportGrid, address.grid ?? "–"],
    [words.reportGateway, gateway],
    [words.madeAt, time(madeAt)],
  ];
  return (
    <dl className="gh-facts">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd dir="auto">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function OpenPoints({ open }: { readonly open: Report["open"] }) {
  const words = useWords(setUpFinishWords);
  const language = useLanguage();
  if (open.length === 0) return <p>{words.nothingOpen}</p>;
  return (
    <section>
      <h2>{words.openPoints}</h2>
      <ul>
        {open.map((point) => (
          <li key={point.en}>{point[language]}</li>
        ))}
      </ul>
    </section>
  );
}

function Rooms({ rooms }: { readonly rooms: Report["rooms"] }) {
  const words = useWords(setUpFinishWords);
  const language = useLanguage();
  return (
    <Sheet
      title={fill(words.reportRooms, { n: rooms.length })}
      head={[words.room, words.limit, words.basis, words.plate, words.deviceCount]}
      rows={rooms.map(({ id, name, limit, basis, plate, devices }) => [
        name === id ? id : `${id} ${name}`,
        limit === null ? "–" : fill(words.persons, { n: limit }),
        basis?.[language] ?? "",
        plate ?? "",
        String(devices),
      ])}
    />
  );
}

function Devices({ devices }: { readonly devices: Report["devices"] }) {
  const words = useWords(setUpFinishWords);
  const tests = useWords(setUpDevicesWords);
  const kinds = useWords(deviceKindWords);
  const language = useLanguage();
  const { time } = useTimes();
  const kindOf = (kind: string) => (kind in kinds ? kinds[kind as keyof typeof kinds] : kind);
  return (
    <Sheet
      title={fill(words.reportDevices, { n: devices.length })}
      head={[tests.device, tests.kind, tests.where, tests.result, words.testedAt]}
      rows={byPlace(devices).map(({ id, kind, where, test, testedAt, says }) => [
        id,
        kindOf(kind),
        where,
        test === "passed" || says === null ? tests[test] : `${tests[test]}: ${says[language]}`,
        testedAt === null ? "" : time(testedAt),
      ])}
    />
  );
}

function Uplinks({ uplinks }: { readonly uplinks: Report["uplinks"] }) {
  const words = useWords(setUpFinishWords);
  const tests = useWords(setUpDevicesWords);
  const { time } = useTimes();
  return (
    <Sheet
      title={fill(words.reportUplinks, { n: uplinks.length })}
      head={[words.id, tests.result, words.testedAt]}
      rows={uplinks.map(({ id, test, testedAt }) => [id, tests[test], testedAt === null ? "" : time(testedAt)])}
    />
  );
}

interface SheetProps {
  readonly title: string;
  readonly head: readonly string[];
  /** The first cell of each row is its name. */
  readonly rows: readonly (readonly string[])[];
}

function Sheet({ title, head, rows }: SheetProps) {
  if (rows.length === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      <SheetTable
        label={title}
        head={head}
        rows={rows.map(([name = "", ...cells]) => ({ key: name, name, cells }))}
        className="gh-sheet"
      />
    </section>
  );
}

function Signatures() {
  const words = useWords(setUpFinishWords);
  return (
    <div className="gh-signatures">
      {[words.signatureTech, words.signatureSite].map((who) => (
        <div key={who}>
          <div className="gh-signature" />
          {who} · {words.signatureDate}
        </div>
      ))}
    </div>
  );
}
