/** Reading a list of rooms: the template to fill in, and the file that comes back. */
import { Alert, Button, Flex, Spin, Upload } from "antd";
import { useState } from "react";
import { addressOf } from "../../client/client.ts";
import { CallProblem } from "../../client/problem.ts";
import { Failed } from "../../parts/failed.tsx";
import { call } from "../../shell/box.ts";
import { useLanguage, useWords } from "../../words/language.ts";
import { setUpRoomsWords } from "../../words/set-up-rooms.ts";
import type { RoomRow } from "./rooms-csv.ts";

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/** Browsers name the type by what is installed; the ending says more. */
const typed = (file: File): Blob =>
  new Blob([file], {
    type: /\.xlsx$/i.test(file.name) ? XLSX : /\.csv$/i.test(file.name) ? "text/csv" : "application/octet-stream",
  });

export function RoomList({ onRows }: { readonly onRows: (rows: readonly RoomRow[]) => void }) {
  const words = useWords(setUpRoomsWords);
  const lang = useLanguage();
  const [reading, setReading] = useState(false);
  const [problem, setProblem] = useState<CallProblem>();
  const read = async (file: File) => {
    setReading(true);
    setProblem(undefined);
    try {
      const { rows } = await call("POST /api/1/rooms/read", { body: typed(file) });
      onRows(rows);
      if (rows.length === 0) setProblem(new CallProblem(0, { code: "empty", message: words.emptyList }));
    } catch (error) {
      if (!(error instanceof CallProblem)) throw error;
      setProblem(error);
    } finally {
      setReading(false);
    }
  };
  return (
    <Flex vertical gap="small">
      <Flex gap="small" wrap>
        <Button href={addressOf("GET /api/1/rooms/template", { query: { format: "xlsx", lang } })} download>
          {words.template} (Excel)
        </Button>
        <Button href={addressOf("GET /api/1/rooms/template", { query: { format: "csv", lang } })} download>
          {words.template} (CSV)
        </Button>
      </Flex>
      <Upload.Dragger
        accept=".xlsx,.csv,text/csv"
        maxCount={1}
        showUploadList={false}
        beforeUpload={(file) => {
          void read(file);
          return false;
        }}
      >
        <p>{reading ? <Spin /> : words.choose}</p>
        <p className="gh-hint">{words.chooseHint}</p>
      </Upload.Dragger>
      {problem?.code === "empty" && <Alert type="warning" showIcon title={problem.message} />}
      {problem !== undefined && problem.code !== "empty" && <Failed problem={problem} />}
    </Flex>
  );
}
