import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@gatehouse/protocol";
import { HealthBoard, openStore } from "gatehouse";
import { MemoryLog } from "gatehouse/testing";
import { storeContract } from "../support/store-contract.ts";

storeContract("SQLite store", async () => {
  const dir = await mkdtemp(join(tmpdir(), "gatehouse-store-"));
  const clock = systemClock;
  return {
    open: () =>
      openStore({
        dir,
        budgetBytes: 100e6,
        ballastBytes: 1e6,
        clock,
        log: new MemoryLog(),
        health: new HealthBoard(clock),
      }),
    remove: () => rm(dir, { recursive: true }),
  };
});
