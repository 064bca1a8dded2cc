/** Rows of a room list with what is wrong beside each; a cell that is corrected is checked again by the box. */
import { Alert, Button, Checkbox, Flex, Table, type TableColumnType, Typography } from "antd";
import { type HTMLAttributes, useRef, useState } from "react";
import { CallProblem } from "../../client/problem.ts";
import { Failed } from "../../parts/failed.tsx";
import { TableScroll } from "../../parts/table-scroll.tsx";
import { call } from "../../shell/box.ts";
import { fill, useLanguage, useWords } from "../../words/language.ts";
import { setUpRoomsWords } from "../../words/set-up-rooms.ts";
import { RoomCell } from "./room-cell.tsx";
import { columnsUsed, isWrong, linesToMend, type RoomColumn, type RoomRow, roomsCsv } from "./rooms-csv.ts";

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
  const [chosen, setChosen] = useState<ReadonlySet<number>>();
  const { checking, problem, check } = useCheck(onRows);
  const bad = rows.filter(isWrong);
  const filtered = chosen !== undefined;
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
        {(bad.length > 0 || filtered) && (
          <Checkbox
            checked={filtered}
            onChange={(event) => setChosen(event.target.checked ? linesToMend(rows) : undefined)}
          >
            {words.onlyBad}
          </Checkbox>
        )}
        {checking && <Typography.Text type="secondary">{words.checking}</Typography.Text>}
      </Flex>
      {bad.length > 0 ? (
        <Alert type="warning" showIcon title={words.badHint} />
      ) : (
        filtered && <Alert type="success" showIcon title={words.allMended} />
      )}
      {problem !== undefined && <Failed problem={problem} />}
      <RowTable
        // A row that was mended stays where it is: the next click is meant for the row below it.
        rows={filtered ? rows.filter((row) => chosen.has(row.line) || isWrong(row)) : rows}
        mending={filtered || bad.length > 0}
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
  /** With a column that says what is wrong. */
  readonly mending: boolean;
  readonly onCell: (line: number, column: RoomColumn, text: string) => void;
  readonly onDrop: (line: number) => void;
}

function RowTable({ rows, columns, mending, onCell, onDrop }: RowTableProps) {
  const words = useWords(setUpRoomsWords);
  const language = useLanguage();
  const cells = columns.map(
    (column): TableColumnType<RoomRow> => ({
      title: words[TITLES[column]],
      key: column,
      onCell: () => ({ "data-label": words[TITLES[column]] }) as HTMLAttributes<HTMLElement>,
      width: column === "name" ? 160 : 120,
      render: (_value, row) => (
        <RoomCell
          key={`${row.line} ${row.cells[column] ?? ""}`}
          column={column}
          label={`${words.line} ${row.line} ${words[TITLES[column]]}`}
          title={words[TITLES[column]]}
          text={row.cells[column] ?? ""}
          bad={row.problems.some((problem) => problem.column === column)}
          kind={row.space?.kind}
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
      {mending && !isWrong(row) && (
        <Typography.Text type="success" aria-label={words.rowGood}>
          ✓
        </Typography.Text>
      )}
      {row.problems.length > 0 && (
        <Button size="small" onClick={() => onDrop(row.line)}>
          {words.dropRow}
        </Button>
      )}
    </>
  );
  return (
    <TableScroll className="gh-scroll gh-cells" label={words.preview}>
      <Table<RoomRow>
        size="small"
        className="gh-stack"
        rowKey="line"
        dataSource={rows}
        pagination={rows.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
        columns={[
          {
            title: words.line,
            dataIndex: "line",
            key: "line",
            width: 56,
            onCell: () => ({ "data-label": words.line }) as HTMLAttributes<HTMLElement>,
          },
          ...(mending
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
