/** Rows of a room list with what is wrong beside each; a cell that is corrected is checked again by the box. */
import { Alert, Button, Checkbox, Flex, Input, Table, type TableColumnType, Typography } from "antd";
import { useRef, useState } from "react";
import { CallProblem } from "../../client/problem.ts";
import { Failed } from "../../parts/failed.tsx";
import { TableScroll } from "../../parts/table-scroll.tsx";
import { call } from "../../shell/box.ts";
import { fill, useLanguage, useWords } from "../../words/language.ts";
import { setUpRoomsWords } from "../../words/set-up-rooms.ts";
import { columnsUsed, type RoomColumn, type RoomRow, roomsCsv } from "./rooms-csv.ts";

const TITLES = {
  id: "colId",
  name: "colName",
  kind: "colKind",
  parent: "colParent",
  areas: "colAreas",
  registered: "colRegistered",
  family: "colFamily",
  risk: "colRisk",
  code: "colCode",
  grid: "colGrid",
  plate: "colPlate",
} as const satisfies Record<RoomColumn, keyof typeof setUpRoomsWords>;

interface RoomRowsProps {
  readonly rows: readonly RoomRow[];
  /** The list is shown at once; else behind a button. */
  readonly open: boolean;
  readonly onRows: (rows: readonly RoomRow[]) => void;
}

export function RoomRows({ rows, open, onRows }: RoomRowsProps) {
  const words = useWords(setUpRoomsWords);
  const [shown, setShown] = useState(false);
  const [onlyBad, setOnlyBad] = useState(false);
  const { checking, problem, check } = useCheck(onRows);
  const bad = rows.filter(({ problems, space }) => problems.length > 0 || space === undefined);
  if (!open && !shown && bad.length === 0)
    return (
      <div>
        <Button onClick={() => setShown(true)}>{words.correct}</Button>
      </div>
    );
  const correct = (line: number, column: RoomColumn, text: string) =>
    void check(rows.map((row) => (row.line === line ? { ...row, cells: { ...row.cells, [column]: text } } : row)));
  return (
    <Flex vertical gap="small">
      <Flex gap="small" wrap align="center">
        <Typography.Text type="success">{fill(words.good, { n: rows.length - bad.length })}</Typography.Text>
        {bad.length > 0 && <Typography.Text type="danger">{fill(words.bad, { n: bad.length })}</Typography.Text>}
        {bad.length > 0 && (
          <Checkbox checked={onlyBad} onChange={(event) => setOnlyBad(event.target.checked)}>
            {words.onlyBad}
          </Checkbox>
        )}
        {checking && <Typography.Text type="secondary">{words.checking}</Typography.Text>}
      </Flex>
      {bad.length > 0 && <Alert type="warning" showIcon title={words.badHint} />}
      {problem !== undefined && <Failed problem={problem} />}
      <RowTable
        rows={onlyBad && bad.length > 0 ? bad : rows}
        columns={columnsUsed(rows)}
        onCell={correct}
        onDrop={(line) => void check(rows.filter((row) => row.line !== line))}
      />
    </Flex>
  );
}

function useCheck(onRows: (rows: readonly RoomRow[]) => void) {
  const [checking, setChecking] = useState(false);
  const [problem, setProblem] = useState<CallProblem>();
  const latest = useRef(0);
  const check = async (next: readonly RoomRow[]) => {
    // An answer that comes late must not undo what was corrected since.
    const own = ++latest.current;
    onRows(next);
    if (next.length === 0) return;
    setChecking(true);
    setProblem(undefined);
    try {
      const list = new Blob([roomsCsv(next)], { type: "text/csv" });
      const { rows } = await call("POST /api/1/rooms/read", { body: list });
      if (own === latest.current) onRows(rows);
    } catch (error) {
      if (!(error instanceof CallProblem)) throw error;
      if (own === latest.current) setProblem(error);
    } finally {
      if (own === latest.current) setChecking(false);
    }
  };
  return { checking, problem, check };
}

interface RowTableProps {
  readonly rows: readonly RoomRow[];
  readonly columns: readonly RoomColumn[];
  readonly onCell: (line: number, column: RoomColumn, text: string) => void;
  readonly onDrop: (line: number) => void;
}

function RowTable({ rows, columns, onCell, onDrop }: RowTableProps) {
  const words = useWords(setUpRoomsWords);
  const language = useLanguage();
  const cells = columns.map(
    (column): TableColumnType<RoomRow> => ({
      title: words[TITLES[column]],
      key: column,
      width: column === "name" ? 160 : 120,
      render: (_value, row) => (
        <Cell
          key={`${row.line} ${row.cells[column] ?? ""}`}
          label={`${words.line} ${row.line} ${words[TITLES[column]]}`}
          title={words[TITLES[column]]}
          text={row.cells[column] ?? ""}
          bad={row.problems.some((problem) => problem.column === column)}
          onText={(text) => onCell(row.line, column, text)}
        />
      ),
    }),
  );
  const says = (row: RoomRow) => (
    <>
      {row.problems.map(({ column, reason }) => (
        <div key={`${column} ${reason.en}`} className="gh-problem" dir="auto">
          {reason[language]}
        </div>
      ))}
      {row.problems.length > 0 && (
        <Button size="small" onClick={() => onDrop(row.line)}>
          {words.dropRow}
        </Button>
      )}
    </>
  );
  const anyBad = rows.some(({ problems }) => problems.length > 0);
  return (
    <TableScroll className="gh-scroll gh-cells" label={words.preview}>
      <Table<RoomRow>
        size="small"
        className="gh-stack"
        rowKey="line"
        dataSource={rows}
        pagination={rows.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
        columns={[
          { title: words.line, dataIndex: "line", key: "line", width: 56 },
          ...(anyBad
            ? [
                {
                  title: words.problem,
                  key: "problem",
                  width: 220,
                  render: (_value: unknown, row: RoomRow) => says(row),
                },
              ]
            : []),
          ...cells,
        ]}
      />
    </TableScroll>
  );
}

interface CellProps {
  readonly label: string;
  readonly title: string;
  readonly text: string;
  readonly bad: boolean;
  readonly onText: (text: string) => void;
}

function Cell({ label, title, text, bad, onText }: CellProps) {
  const [now, setNow] = useState(text);
  const done = () => {
    if (now !== text) onText(now);
  };
  return (
    <Input
      size="small"
      aria-label={label}
      placeholder={title}
      dir="auto"
      value={now}
      status={bad ? "error" : ""}
      onChange={(event) => setNow(event.target.value)}
      onBlur={done}
      onPressEnter={(event) => {
        event.preventDefault();
        done();
      }}
    />
  );
}
