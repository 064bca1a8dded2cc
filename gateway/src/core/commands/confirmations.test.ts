import { FakeClock } from "@gatehouse/protocol/testing";
import { expect, it } from "vitest";
import { Confirmations } from "./confirmations.ts";

const command = (id: string) => ({ id, target: "lock-1", action: "unlock", issuer: "platform:wang" });

it("what waits for a second person ends at once when the gateway stops, and nothing begins to wait after that", async () => {
  const confirmations = new Confirmations(new FakeClock());
  const waits = confirmations.wait(command("a"), 30_000);
  confirmations.end("the gateway is stopping");
  expect(await waits).toBe("the gateway is stopping");
  expect(await confirmations.wait(command("b"), 30_000)).toBe("the gateway is stopping");
  expect(confirmations.waiting).toEqual([]);
});
