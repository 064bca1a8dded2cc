/** The process that puts a new program on one board whose line nobody has. It outlives its parent while the board is half written. */
import { systemClock, type UpdateEnd, type UpdateStage } from "@gatehouse/protocol";
import { parsePlace } from "../place.ts";
import { type UpdateOptions, updateBoard } from "./update-board.ts";

/** What it is given. */
export interface UpdateTask extends Pick<UpdateOptions, "chip" | "baud" | "pressSeconds"> {
  readonly link: string;
}

/** What its parent hears. */
export type UpdateTold =
  | { readonly stage: UpdateStage; readonly share: number | null }
  | { readonly end: UpdateEnd }
  | { readonly fault: string };

const cancel = new AbortController();
for (const name of ["SIGTERM", "SIGINT"] as const) process.on(name, () => cancel.abort());
process.on("disconnect", () => cancel.abort());

const send = (told: UpdateTold) => {
  if (process.connected) process.send?.(told);
};

process.once("message", (task) => {
  void run(task as UpdateTask);
});

async function run({ link, ...task }: UpdateTask): Promise<void> {
  try {
    const onStage = (stage: UpdateStage, share: number | null) => send({ stage, share });
    const options = { ...task, place: parsePlace(link), clock: systemClock, onStage };
    send({ end: await updateBoard(options, cancel.signal) });
  } catch (error) {
    send({ fault: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
  // Lets the line above go.
  systemClock.after(50, () => process.exit(0));
}
