import type { Alert } from "@gatehouse/protocol";
import { expect, test } from "vitest";
import { alertIn } from "./alert-in.ts";

const at = "2026-03-02T12:00:00+08:00";
const alert = {
  id: "alr_1",
  closedBy: { how: "sensors", proof: "2 mornings in a row likely within the limit of 4", by: "sensors", at },
  history: [
    { at, to: "raised", by: "sensors" },
    { at, to: "raised", by: "timer", note: "not acknowledged in time" },
    { at, to: "raised", by: "timer", note: "not acknowledged in time: li (guard) was told" },
    { at, to: "acknowledged", by: "local:wang", note: "the door is closed again" },
    { at, to: "closed", by: "sensors", note: "the door is closed again" },
  ],
} as unknown as Alert;

test("what the gateway noted is in the reader's language, what people wrote is theirs", () => {
  const { closedBy, history } = alertIn(alert, "zh");
  expect(closedBy?.proof).toBe("连续2个早晨很可能不超过限额4人");
  expect(history.map(({ note }) => note)).toEqual([
    undefined,
    "未按时确认",
    "未按时确认：已通知li (guard)",
    "the door is closed again",
    "门已关闭",
  ]);
  expect(alertIn(alert, "en")).toEqual(alert);
});

test("who gave no words is quoted in the reader's language", () => {
  const closedBy = { how: "person", proof: "local:wang says that it is over", by: "local:wang", at } as const;
  expect(alertIn({ ...alert, closedBy }, "zh").closedBy?.proof).toBe("local:wang确认已结束");
  const own = { ...closedBy, proof: "the door is closed again" };
  expect(alertIn({ ...alert, closedBy: own }, "zh").closedBy?.proof).toBe("the door is closed again");
});
