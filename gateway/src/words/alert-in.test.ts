import { type Alert, deriveLimit, Space } from "@gatehouse/protocol";
import { expect, test } from "vitest";
import { testPolicy } from "../testing/site.ts";
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
  expect(closedBy?.proof).toBe("连续2个早晨很可能不超过上限4人");
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

test("the rule behind a limit is in one language, whichever it was written in", () => {
  const policy = {
    ...testPolicy,
    title: "Rented housing, Shanghai (上海市居住房屋租赁)",
    familyExemption: true,
    source: { ...testPolicy.source, name: "上海市居住房屋租赁管理办法 arts. 9, 10 (as amended)" },
  };
  const basisOf = (space: object, language: "zh" | "en", known = [policy]) => {
    const made = deriveLimit(Space.parse({ id: "1-101", kind: "flat", ...space }), policy);
    if ("missing" in made) throw new RangeError(made.missing);
    return alertIn({ ...alert, limit: made.limit }, language, known).limit?.basis;
  };
  const rooms = [{ areaM2: 14.2 }, { areaM2: 11 }];
  expect(basisOf({ rooms }, "zh")).toBe(
    "2间房，每间最多2人，人均不少于5平方米（上海市居住房屋租赁管理办法第9、10条（修订后））",
  );
  expect(basisOf({ rooms }, "en")).toBe(
    "2 rooms, at most 2 in a room, at least 5 m² for each (Rented housing, Shanghai, arts. 9, 10 (as amended))",
  );
  expect(basisOf({ areaM2: 20, familyExempt: true }, "zh")).toBe(
    "1间房，家庭居住，不限每间人数，人均不少于5平方米（上海市居住房屋租赁管理办法第9、10条（修订后））",
  );
  expect(basisOf({ rooms }, "zh", [])).toBe(basisOf({ rooms }, "zh"));
  expect(basisOf({ rooms }, "en", [])).toContain("2 rooms, at most 2 in a room, at least 5 m² for each (上海市");
  const own = { persons: 2, policy: "site", basis: "rule 7: at most 2 per room (1 room)" };
  expect(alertIn({ ...alert, limit: own }, "zh", [policy]).limit).toEqual(own);
});
