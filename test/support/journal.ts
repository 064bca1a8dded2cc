/** What stands in the journal of a gateway that is not running, as rows of its database. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

export interface CommandRow {
  readonly type: "command" | "command-result";
  readonly id: string;
  readonly outcome?: string;
}

/** Commands and their results, in order. */
export function commandRows(stateDir: string): CommandRow[] {
  const db = new DatabaseSync(join(stateDir, "gatehouse.db"));
  try {
    const rows = db.prepare("SELECT type, body FROM journal WHERE type LIKE 'command%' ORDER BY seq").all();
    return rows.map(({ type, body }) => ({ type, ...(JSON.parse(String(body)) as object) }) as CommandRow);
  } finally {
    db.close();
  }
}
