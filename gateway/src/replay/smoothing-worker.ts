/** A replay's second thread: takes tickets as long as there are any, and waits for more. */
import { workerData } from "node:worker_threads";
import { smoothJob } from "../core/occupancy/assess.ts";
import { type Desk, DONE, END, FAILED, jobAt, putResult, takeTicket } from "./smoothing-desk.ts";

const desk = workerData as Desk;
const { counters } = desk;

try {
  for (;;) {
    const end = Atomics.load(counters, END);
    for (let ticket = takeTicket(desk); ticket !== undefined; ticket = takeTicket(desk)) {
      putResult(desk, ticket, smoothJob(jobAt(desk, ticket)));
      Atomics.add(counters, DONE, 1);
      Atomics.notify(counters, DONE);
    }
    Atomics.wait(counters, END, end);
  }
} finally {
  // The other thread must not wait for what will never come.
  Atomics.store(counters, FAILED, 1);
  Atomics.add(counters, DONE, 1);
  Atomics.notify(counters, DONE);
}
