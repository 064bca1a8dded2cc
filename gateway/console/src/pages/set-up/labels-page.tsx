/** Labels for the doors of rooms, laid out for sheets one can buy, with codes that lead to the rooms' pages. */
import { Button, Input, InputNumber, Select } from "antd";
import { useState } from "react";
import { useAnswer } from "../../client/use-answer.ts";
import { Field } from "../../parts/field.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Nothing } from "../../parts/nothing.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { QrCode } from "../../parts/qr-code.tsx";
import { TableScroll } from "../../parts/table-scroll.tsx";
import { useSite } from "../../shell/site.tsx";
import { fill, useWords } from "../../words/language.ts";
import { setUpFinishWords } from "../../words/set-up-finish.ts";
import { LABEL_SIZES, type LabelSize, pagesOf, roomLink } from "./label-sheet.ts";
import "./set-up.css";

interface Label {
  readonly id: string;
  readonly name: string;
  readonly plate: string | null;
}

const [FIRST] = LABEL_SIZES;

export function LabelsPage() {
  const words = useWords(setUpFinishWords);
  const report = useAnswer("GET /api/1/reports/commissioning", {});
  const [sizeId, setSizeId] = useState(FIRST.id);
  const [skip, setSkip] = useState(0);
  const [filter, setFilter] = useState("");
  const size = LABEL_SIZES.find(({ id }) => id === sizeId) ?? FIRST;
  return (
    <div className="gh-paper">
      <PageHead title={words.labels} back="#/set-up/finish" under={words.labelHint}>
        <Button type="primary" onClick={() => globalThis.print()}>
          {words.print}
        </Button>
      </PageHead>
      <div className="gh-fields no-print">
        <Field label={words.paper}>
          {(bind) => (
            <Select
              {...bind}
              value={sizeId}
              onChange={setSizeId}
              options={LABEL_SIZES.map(({ id, columns, rows, widthMm, heightMm }) => ({
                value: id,
                label: fill(words.paperOf, { n: columns * rows, w: widthMm, h: heightMm }),
              }))}
            />
          )}
        </Field>
        <Field label={words.skipPlaces}>
          {(bind) => (
            <InputNumber
              {...bind}
              className="gh-wide"
              min={0}
              max={size.columns * size.rows - 1}
              precision={0}
              value={skip}
              onChange={(value) => setSkip(value ?? 0)}
            />
          )}
        </Field>
        <Field label={words.which} help={words.whichFilter}>
          {(bind) => (
            <Input
              {...bind}
              allowClear
              placeholder={words.whichAll}
              value={filter}
              onChange={(event) => setFilter(event.target.value)}
            />
          )}
        </Field>
      </div>
      <Loaded of={report}>
        {({ rooms }) => (
          <Sheets
            labels={rooms.filter(({ id, name }) => `${id} ${name}`.toLowerCase().includes(filter.trim().toLowerCase()))}
            size={size}
            skip={skip}
          />
        )}
      </Loaded>
    </div>
  );
}

interface SheetsProps {
  readonly labels: readonly Label[];
  readonly size: LabelSize;
  readonly skip: number;
}

function Sheets({ labels, size, skip }: SheetsProps) {
  const words = useWords(setUpFinishWords);
  const pages = pagesOf(labels, size, skip);
  if (pages.length === 0) return <Nothing text={words.noLabels} />;
  return (
    <>
      <p className="no-print">{fill(words.labelCount, { n: labels.length, pages: pages.length })}</p>
      <TableScroll className="gh-scroll" label={words.labels}>
        {pages.map(({ free, labels: own }) => (
          <section
            key={own[0]?.id}
            className="gh-label-page"
            style={{
              gridTemplateColumns: `repeat(${size.columns}, ${size.widthMm}mm)`,
              gridAutoRows: `${size.heightMm}mm`,
            }}
          >
            {own.map((label, index) => (
              <LabelCard key={label.id} label={label} at={index === 0 ? free : 0} columns={size.columns} />
            ))}
          </section>
        ))}
      </TableScroll>
    </>
  );
}

interface LabelCardProps {
  readonly label: Label;
  /** So many places before it stay free. */
  readonly at: number;
  readonly columns: number;
}

function LabelCard({ label: { id, name, plate }, at, columns }: LabelCardProps) {
  const site = useSite();
  const place = at === 0 ? {} : { gridColumnStart: (at % columns) + 1, gridRowStart: Math.floor(at / columns) + 1 };
  return (
    <div className="gh-label" style={place}>
      <QrCode text={roomLink(globalThis.location.origin, id)} />
      <div className="gh-label-text">
        <strong dir="auto">{name}</strong>
        {name !== id && <span dir="auto">{id}</span>}
        {plate !== null && <span dir="auto">{plate}</span>}
        <small dir="auto">{site?.name ?? ""}</small>
      </div>
    </div>
  );
}
