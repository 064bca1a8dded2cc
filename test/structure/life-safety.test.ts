/** The example of docs/life-safety.md is one that the gateway takes. */
import { Fire } from "@gatehouse/protocol";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { read } from "./tree.ts";

test("the fire section of docs/life-safety.md is right", () => {
  const [, example = ""] = /```yaml\n([\s\S]*?)```/.exec(read("docs/life-safety.md")) ?? [];
  const { fire } = parse(example) as { readonly fire: unknown };
  expect(Fire.safeParse(fire)).toMatchObject({ success: true, data: { hold: "person" } });
});
