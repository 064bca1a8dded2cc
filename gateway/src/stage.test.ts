import { FakeClock, settle } from "@gatehouse/protocol/testing";
import { expect, test } from "vitest";
import { aborted, Stage } from "./stage.ts";

test("tasks that end are waited for, one that hangs is named and left behind", async () => {
  const clock = new FakeClock();
  const stage = new Stage();
  let ended = 0;
  stage.run(async (signal) => {
    await aborted(signal);
    await clock.sleep(1_000);
    ended += 1;
  }, "slow");
  stage.run(() => new Promise(() => {}), "driver stuck");
  const stopped = stage.stop(clock, 3_000);
  await clock.advance(2_999);
  expect(ended).toBe(1);
  await clock.advance(1);
  expect(await stopped).toEqual(["driver stuck"]);
});

test("nobody is left behind where no time is given, and failures are told", async () => {
  const clock = new FakeClock();
  const stage = new Stage();
  const failures: unknown[] = [];
  stage.onFailure((error) => failures.push(error));
  const end = Promise.withResolvers<void>();
  stage.run(() => end.promise);
  stage.run(() => Promise.reject(new Error("broken")));
  let stopped = false;
  const stopping = stage.stop(clock).then(() => {
    stopped = true;
  });
  await settle();
  expect(stopped).toBe(false);
  end.resolve();
  await stopping;
  expect(failures).toMatchObject([{ message: "broken" }]);
});
