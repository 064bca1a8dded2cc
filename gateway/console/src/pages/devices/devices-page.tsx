/** All devices: which of them want somebody, and the ways to find new ones. */
import { Button, Checkbox, Flex, Input, Select, Table, type TableColumnType } from "antd";
import { useState } from "react";
import { useAnswer } from "../../client/use-answer.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { Nothing } from "../../parts/nothing.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { linkTo } from "../../shell/route.ts";
import { useMay } from "../../shell/session.ts";
import { deviceKindWords } from "../../words/device-kinds.ts";
import { devicesWords } from "../../words/devices.ts";
import { fill, useWords } from "../../words/language.ts";
import { Battery, LastSeen, StateTag } from "./device-marks.tsx";
import { type DeviceFilter, type DeviceRow, filterDevices, hasTrouble, refusedPercent } from "./device-state.ts";
import "../set-up/set-up.css";
import "./devices.css";

const EVERYTHING: DeviceFilter = { text: "", kind: "", driver: "", trouble: false };
const PAGE = 50;

export function DevicesPage() {
  const words = useWords(devicesWords);
  const devices = useAnswer("GET /api/1/devices", { query: { limit: 2_000 } }, { reloadOn: ["devices", "health"] });
  const [filter, setFilter] = useState(EVERYTHING);
  const rows = devices.answer?.items ?? [];
  const down = rows.filter(hasTrouble).length;
  return (
    <div className="gh-devices">
      <PageHead
        title={words.title}
        under={devices.answer === undefined ? undefined : fill(words.count, { n: devices.answer.total, down })}
      >
        <FindNew />
      </PageHead>
      <Loaded of={devices}>
        {({ items }) =>
          items.length === 0 ? (
            <Nothing text={words.noneAtAll} />
          ) : (
            <>
              <Filters rows={items} filter={filter} onChange={setFilter} />
              <DeviceTable rows={filterDevices(items, filter)} />
            </>
          )
        }
      </Loaded>
    </div>
  );
}

/** A technician's. */
function FindNew() {
  const words = useWords(devicesWords);
  const technician = useMay("technician");
  const found = useAnswer("GET /api/1/found-devices", {}, { when: technician });
  if (!technician) return null;
  const fresh = found.answer?.found.filter(({ inUse }) => !inUse).length ?? 0;
  return (
    <>
      <Button href={linkTo("/lines")}>{words.linesTitle}</Button>
      <Button href={linkTo("/set-up/:step", { step: "lines" })}>{words.lookFor}</Button>
      <Button type={fresh > 0 ? "primary" : "default"} href={linkTo("/set-up/:step", { step: "devices" })}>
        {fill(words.newOnes, { n: fresh })}
      </Button>
    </>
  );
}

interface FiltersProps {
  readonly rows: readonly DeviceRow[];
  readonly filter: DeviceFilter;
  readonly onChange: (filter: DeviceFilter) => void;
}

function Filters({ rows, filter, onChange }: FiltersProps) {
  const words = useWords(devicesWords);
  const kinds = useWords(deviceKindWords);
  const set = (change: Partial<DeviceFilter>) => onChange({ ...filter, ...change });
  const drivers = [...new Set(rows.map(({ driver }) => driver))];
  const here = [...new Set(rows.map(({ kind }) => kind))];
  return (
    <Flex gap="small" wrap align="center" className="gh-filters">
      <Input
        allowClear
        aria-label={words.search}
        placeholder={words.search}
        value={filter.text}
        onChange={(event) => set({ text: event.target.value })}
      />
      <Select
        aria-label={words.kind}
        value={filter.kind}
        onChange={(kind) => set({ kind })}
        options={[
          { value: "", label: words.allKinds },
          ...here.map((kind) => ({ value: kind as string, label: kinds[kind] })),
        ]}
      />
      <Select
        aria-label={words.line}
        value={filter.driver}
        onChange={(driver) => set({ driver })}
        options={[{ value: "", label: words.allLines }, ...drivers.map((driver) => ({ value: driver, label: driver }))]}
      />
      <Checkbox checked={filter.trouble} onChange={(event) => set({ trouble: event.target.checked })}>
        {words.onlyTrouble}
      </Checkbox>
    </Flex>
  );
}

function DeviceTable({ rows }: { readonly rows: readonly DeviceRow[] }) {
  const words = useWords(devicesWords);
  const kinds = useWords(deviceKindWords);
  const columns: readonly (TableColumnType<DeviceRow> & { readonly title: string })[] = [
    {
      key: "id",
      title: words.id,
      render: (_value, { id, codes }) => (
        <>
          <a className="gh-device-link" href={linkTo("/devices/:id", { id })} dir="auto">
            {id}
          </a>
          {codes.map(({ code, detail }) => (
            <div key={code} className="gh-problem" dir="auto">
              {detail === "" ? code : detail}
            </div>
          ))}
        </>
      ),
    },
    { key: "kind", title: words.kind, render: (_value, { kind }) => kinds[kind] },
    {
      key: "where",
      title: words.where,
      render: (_value, { space, portal }) => <bdi>{portal ?? space ?? "–"}</bdi>,
    },
    { key: "state", title: words.state, render: (_value, row) => <StateTag row={row} /> },
    { key: "battery", title: words.battery, render: (_value, { battery }) => <Battery percent={battery} /> },
    { key: "seen", title: words.seen, render: (_value, { lastSeenAt }) => <LastSeen at={lastSeenAt} /> },
    { key: "errors", title: words.errors, render: (_value, row) => `${refusedPercent(row)}%` },
    { key: "firmware", title: words.firmware, render: (_value, { firmware }) => <bdi>{firmware ?? "–"}</bdi> },
  ];
  return (
    <Table<DeviceRow>
      size="small"
      className="gh-stack"
      rowKey="id"
      dataSource={rows}
      locale={{ emptyText: words.none }}
      pagination={rows.length > PAGE ? { pageSize: PAGE, showSizeChanger: false } : false}
      columns={columns.map((column) => ({
        ...column,
        // What stands before a cell where the table has become a list.
        onCell: () => ({ "data-label": column.title }) as Record<string, string>,
      }))}
    />
  );
}
