/** New devices, a row each: what it is, what it becomes, and which door or room is its own. */
import { Button, Checkbox, Input, Select, Table, Tag } from "antd";
import { Nothing } from "../../parts/nothing.tsx";
import { Steady } from "../../parts/steady.tsx";
import { deviceKindWords } from "../../words/device-kinds.ts";
import { fill, useWords } from "../../words/language.ts";
import { setUpDevicesWords } from "../../words/set-up-devices.ts";
import { setUpTakingWords } from "../../words/set-up-taking.ts";
import { type Decision, type DeviceKind, type Row, seesCards, UNPLACED } from "./candidates.ts";
import { MapChoice, type RegisterMaps } from "./map-choice.tsx";
import { PlaceChoice } from "./place-choice.tsx";
import type { Places } from "./places.ts";

interface CandidateTableProps {
  readonly rows: readonly Row[];
  readonly places: Places;
  /** Names a gate; answers its place. */
  readonly onNewGate: (name: string) => string;
  readonly filter: string;
  readonly onFilter: (text: string) => void;
  readonly onDecide: (key: string, change: Decision) => void;
  readonly maps: RegisterMaps;
  /** What was wrong with them when they were to be taken, by their key. */
  readonly wrong: ReadonlyMap<string, readonly string[]>;
}

const MANY = 8;

export function CandidateTable(props: CandidateTableProps) {
  const { rows, places, onNewGate, filter, onFilter, onDecide, maps, wrong } = props;
  const words = useWords(setUpDevicesWords);
  const taking = useWords(setUpTakingWords);
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
          placeholder={taking.search}
          allowClear
          value={filter}
          onChange={(event) => onFilter(event.target.value)}
          onPressEnter={(event) => event.preventDefault()}
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
          {
            key: "device",
            render: (_value, row) => <What row={row} wrong={wrong.get(row.candidate.key) ?? []} onDecide={onDecide} />,
            title: words.device,
          },
          {
            key: "kind",
            width: 200,
            render: (_value, row) => (
              <Steady>
                <Kind row={row} maps={maps} onDecide={onDecide} />
              </Steady>
            ),
            title: words.kind,
          },
          {
            key: "place",
            width: 280,
            title: words.place,
            render: (_value, row) => (
              <Steady>
                <Where row={row} places={places} onNewGate={onNewGate} onDecide={onDecide} />
              </Steady>
            ),
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

function What({ row: { candidate, skip }, wrong, onDecide }: CellProps & { readonly wrong: readonly string[] }) {
  const words = useWords(setUpDevicesWords);
  const taking = useWords(setUpTakingWords);
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
      {candidate.away === true && <div className="gh-hint">{taking.comesAgain}</div>}
      {wrong.map((why) => (
        <div key={why} className="gh-problem" dir="auto">
          {why}
        </div>
      ))}
      {unsupported !== null && <div className="gh-problem">{fill(words.unsupported, { why: unsupported })}</div>}
    </Checkbox>
  );
}

function Kind({ row, maps, onDecide }: CellProps & { readonly maps: RegisterMaps }) {
  const words = useWords(setUpDevicesWords);
  const taking = useWords(setUpTakingWords);
  const kinds = useWords(deviceKindWords);
  const { candidate, kind, skip, map } = row;
  return (
    <>
      <Select<DeviceKind>
        className="gh-wide"
        aria-label={`${words.kind} ${candidate.name}`}
        placeholder={words.kind}
        disabled={skip}
        {...(kind === undefined ? {} : { value: kind })}
        onChange={(next) => onDecide(candidate.key, { kind: next })}
        options={Object.entries(kinds).map(([value, label]) => ({ value: value as DeviceKind, label }))}
      />
      {kind === undefined && !skip && <Tag color="warning">{taking.kindMissing}</Tag>}
      {candidate.asksMap === true && (
        <MapChoice
          name={candidate.name}
          maps={maps}
          map={map}
          disabled={skip}
          onMap={(next) => onDecide(candidate.key, next)}
        />
      )}
    </>
  );
}

function Where({ row, places, onNewGate, onDecide }: CellProps & Pick<CandidateTableProps, "places" | "onNewGate">) {
  const words = useWords(setUpDevicesWords);
  const taking = useWords(setUpTakingWords);
  const { candidate, kind, place, sure, skip, beside } = row;
  const proposed = place !== undefined && place !== `space:${UNPLACED}`;
  const onPlace = (next: string) => onDecide(candidate.key, { place: next });
  return (
    <>
      <PlaceChoice
        label={`${words.place} ${candidate.name}`}
        places={places}
        kind={kind}
        place={place}
        disabled={skip}
        later={seesCards(kind) || place === `space:${UNPLACED}`}
        onNewGate={onNewGate}
        onPlace={onPlace}
      />
      {proposed && !skip && !sure && <Tag color="warning">{taking.guessed}</Tag>}
      {beside !== undefined && place !== undefined && !skip && (
        <Tag color="warning">{fill(taking.beside, { name: beside })}</Tag>
      )}
      {place === undefined && !skip && seesCards(kind) && (
        <Button size="small" type="link" title={taking.laterHint} onClick={() => onPlace(`space:${UNPLACED}`)}>
          {words.later}
        </Button>
      )}
    </>
  );
}
