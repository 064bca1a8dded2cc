import { expect, it } from "vitest";
import { AccountName } from "../../../../src/console/table/session.ts";
import { isAccountName } from "./account-name.ts";

it.each(["zhang", "张伟", "li.wei-2", "_li", "张 伟", "li@site", "x".repeat(32), "x".repeat(33)])(
  "thinks of %s as the box does",
  (name) => expect(isAccountName(name)).toBe(AccountName.safeParse(name).success),
);

it("forgives blanks around it", () => expect(isAccountName(" zhang ")).toBe(true));
