import { expect, test } from "vitest";
import { Passwords, weaknessOf } from "./passwords.ts";

test("a password matches its hash, in any form of its letters, and no other does", async () => {
  const passwords = new Passwords();
  const hash = await passwords.hash("Grüße aus Köln");
  expect(hash).toMatch(/^scrypt\$15\$8\$[\w-]{22}\$[\w-]{43}$/);
  expect(await passwords.matches("Gru\u0308ße aus Ko\u0308ln", hash, true)).toBe(true);
  expect(await passwords.matches("Grüsse aus Köln", hash, true)).toBe(false);
  expect(await passwords.matches("anything", undefined, true)).toBe(false);
  expect(await passwords.hash("Grüße aus Köln")).not.toBe(hash);
});

test("a flood of strangers fills its half of the queue, and those known get in, first", async () => {
  const passwords = new Passwords();
  const ended: string[] = [];
  const ask = (who: string, known: boolean) =>
    passwords.matches("x", undefined, known).then(
      () => void ended.push(who),
      ({ code }) => void ended.push(`${who} ${code}`),
    );
  const all = [...Array.from({ length: 20 }, () => ask("stranger", false)), ask("known", true)];
  await Promise.all(all);
  const refused = ended.filter((each) => each === "stranger busy");
  expect(refused).toHaveLength(15);
  const served = ended.filter((each) => !each.endsWith("busy"));
  expect(served.slice(0, 2)).toEqual(["stranger", "known"]);
  expect(served).toHaveLength(6);
});

test("passwords everybody tries are known, long phrases are fine", () => {
  const weak = ["password123", "Passw0rd!!", "0123456789", "qwertyuiop", "wangwei2026", "1111111111", "admin123456"];
  expect(weak.filter((password) => weaknessOf(password, "wangwei") === undefined)).toEqual([]);
  const good = ["correct horse battery", "床前明月光疑是地上霜", "zK3#vv91-pq", "wangwei likes tea"];
  expect(good.filter((password) => weaknessOf(password, "wangwei") !== undefined)).toEqual([]);
});
