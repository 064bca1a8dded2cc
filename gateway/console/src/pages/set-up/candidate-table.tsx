/** New devices, a row each: what it is, what it becomes, and which door or room is its own. */
import { Checkbox, Input, Select, Table, Tag } from "antd";
import { Nothing } from "../../parts/nothing.tsx";
import { deviceKindWords } from "../../words/device-kinds.ts";
import { fill, useWords } from "../../words/language.ts";
import { setUpDevicesWords } from "../../words/set-up-devices.ts";
import { type Decision, type DeviceKind, type Places, type Row, UNPLACED } from "./candidates.ts";
import { PlaceChoice } from "./place-choice.tsx";

interface CandidateTableProps {
  readonly rows: readonly Row[];
  readonly places: Places;
  readonly filter: string;
  readonly onFilter: (text: string) => void;
  readonly onDecide: (key: string, change: Decision) => void;
}

const MANY = 8;

export function CandidateTable({ rows, places, filter, onFilter, onDecide }: CandidateTableProps) {
  const words = useWords(setUpDevicesWords);
  if (rows.length === 0) return <Nothing text={words.noNew} />;
  const wanted = filter.trim().toLowerCase();
  const shown = rows.filter(({ candidate, place = "" }) =>
    `${candidate.name} ${candidate.label} ${candidate.model ?? ""} ${place}`.toLowerCase().includes(wanted),
  );
  return (
    <div className="gh-wide">
      <h2>
        {words.newDevices} ({rows.length})
      </h2>
      {rows.length > MANY && (
        <Input.Search
          className="gh-search"
          aria-label={words.newDevices}
          allowClear
          value={filter}
          onChange={(event) => onFilter(event.target.value)}
        />
      )}
      <Table<Row>
        size="small"
        className="gh-stack"
        tableLayout="fixed"
        rowKey={({ candidate }) => candidate.key}
        dataSource={shown}
        pagination={shown.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
        columns={[
          { key: "device", render: (_value, row) => <What row={row} onDecide={onDecide} />, title: words.device },
          {
            key: "kind",
            width: 170,
            render: (_value, row) => <Kind row={row} onDecide={onDecide} />,
            title: words.kind,
          },
          {
            key: "place",
            width: 280,
            title: words.place,
            render: (_value, row) => <Where row={row} places={places} onDecide={onDecide} />,
          },
        ]}
      />
    </div>
  );
}

interface CellProps {
  readonly row: Row;
  readonly onDecide: (key: string, change: Decision) => void;
}

function What({ row: { candidate, skip }, onDecide }: CellProps) {
  const words = useWords(setUpDevicesWords);
  const { key, name, label, model, what, unsupported, driver } = candidate;
  return (
    <Checkbox
      checked={!skip}
      disabled={unsupported !== null}
      onChange={(event) => onDecide(key, { skip: !event.target.checked })}
    >
      <strong dir="auto">{name}</strong> <Tag>{driver}</Tag>
      <div className="gh-hint" dir="auto">
        {[label === name ? "" : label, model ?? ""].filter((text) => text !== "").join(" · ")}
      </div>
      {what !== "" && (
        <div className="gh-hint" dir="auto">
          {fill(words.pages, { what })}
        </div>
      )}
      {unsupported !== null && <div className="gh-problem">{fill(words.unsupported, { why: unsupported })}</div>}
    </Checkbox>
  );
}

function Kind({ row: { candidate, kind, skip }, onDecide }: CellProps) {
  const words = useWords(setUpDevicesWords);
  const kinds = useWords(deviceKindWords);
  return (
    <Select<DeviceKind>
      className="gh-wide"
      aria-label={`${words.kind} ${candidate.name}`}
      placeholder={words.kind}
      disabled={skip}
      {...(kind === undefined ? {} : { value: kind })}
      onChange={(next) => onDecide(candidate.key, { kind: next })}
      options={Object.entries(kinds).map(([value, label]) => ({ value: value as DeviceKind, label }))}
    />
  );
}

function Where({ row, places, onDecide }: CellProps & { readonly places: Places }) {
  const words = useWords(setUpDevicesWords);
  const { candidate, kind, place, sure, skip } = row;
  const proposed = place !== undefined && place !== `space:${UNPLACED}`;
  return (
    <>
      <PlaceChoice
        label={`${words.place} ${candidate.name}`}
        places={places}
        kind={kind}
        place={place}
        disabled={skip}
        later
        onPlace={(next) => onDecide(candidate.key, { place: next })}
      />
      {proposed && !skip && !sure && <Tag color="warning">{words.checkPlace}</Tag>}
    </>
  );
}
