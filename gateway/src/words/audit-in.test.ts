import { expect, it } from "vitest";
import { auditIn } from "./audit-in.ts";

it("why something was refused is Chinese, the names before it stay", () => {
  const detail = "c-1; expired: notAfter is 400 s ahead; at most 30 s";
  expect(auditIn({ by: "platform", detail }, "zh")).toBe("c-1; expired: notAfter在400秒之后；最多允许在30秒之后");
  expect(auditIn({ by: "platform", detail }, "en")).toBe(detail);
});

it("what the gateway says itself is Chinese", () => {
  expect(auditIn({ by: "gateway", detail: "undone: the gateway did not start with the backup" }, "zh")).toBe(
    "已撤销：网关用此备份未能启动",
  );
});

it("what people and platforms gave stays letter by letter, even where pieces of it look like sentences of ours", () => {
  for (const detail of ["room 3, is missing", "c-1; done", "manager, technician", "done: tell li, was cancelled"])
    expect(auditIn({ by: "li", detail }, "zh")).toBe(detail);
});

it.each([
  ["in use from now on: version 3 by console:wang", "自此起使用版本3（wang，控制台）"],
  ["in use from now on: version 2 by local:li: block 4: west", "自此起使用版本2（li，本机；block 4: west）"],
  ["in use from now on: version 1 by file: as found at the first start", "自此起使用版本1（文件；首次启动时的内容）"],
])("which file is in use is Chinese: %s", (detail, zh) => {
  expect(auditIn({ by: "gateway", detail }, "zh")).toBe(zh);
});
