import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError, LinkError, RejectedError, systemClock } from "@gatehouse/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { checkedChanges } from "./checked-changes.ts";
import { Configuration } from "./configuration.ts";

const author = { by: "li", note: "" };

let dir: string;
let siteFile: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gatehouse-changes-"));
  siteFile = join(dir, "site.yaml");
});
afterEach(() => rmSync(dir, { recursive: true }));

function write(rooms: number): void {
  const address = "address: { code: '310112002003', grid: unowned }";
  const spaces = Array.from(
    { length: rooms },
    (_, n) => `  - { id: R${n}, kind: flat, ${address}, rooms: [{ areaM2: 12 }] }`,
  );
  const devices = Array.from(
    { length: rooms * 5 },
    (_, n) => `  - { id: d${n}, driver: m, kind: presence, space: R${Math.floor(n / 5)} }`,
  );
  writeFileSync(
    siteFile,
    `site: { id: s, name: T, kind: rental-compound }\ndrivers: [{ id: m, type: mqtt }]\nspaces:\n${spaces.join("\n")}\ndevices:\n${devices.join("\n")}\npolicies: [{ use: cn-sh-rental-2014 }]\n`,
  );
}

const opened = () => {
  let told = 0;
  const onChange = () => {
    told += 1;
  };
  const configuration = new Configuration({ siteFile, stateDir: dir, clock: systemClock, onChange });
  return { configuration, changes: checkedChanges(configuration, dir), told: () => told };
};

it("a file that is wrong, or no longer the one that was looked at, changes nothing", async () => {
  write(2);
  const { configuration, changes, told } = opened();
  const { text, hash } = configuration;
  await expect(changes.apply(text.replace("flat", "castle"), hash, author)).rejects.toThrow(ConfigError);
  await expect(changes.apply(`${text}# a\n`, "0", author)).rejects.toThrow(RejectedError);
  const both = [changes.apply(`${text}# a\n`, hash, author), changes.apply(`${text}# b\n`, hash, author)];
  expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  expect(told()).toBe(1);
  expect(configuration.text).toBe(`${text}# a\n`);
  await expect(changes.rollback(7, configuration.hash, "li")).rejects.toThrow("there is");
  writeFileSync(siteFile, text.replace("flat", "castle"));
  await expect(changes.reload()).rejects.toThrow(ConfigError);
  expect(told()).toBe(1);
});

it("what nobody waits for any more changes nothing", async () => {
  write(2);
  const { configuration, changes, told } = opened();
  const { text, hash } = configuration;
  configuration.noteInUse();
  const givenUp = new AbortController();
  const asked = [
    changes.apply(`${text}# a\n`, hash, author, givenUp.signal),
    changes.rollback(1, hash, "li", givenUp.signal),
    changes.reload(givenUp.signal),
  ];
  givenUp.abort();
  const refused = { status: "rejected", reason: expect.any(LinkError) };
  expect(await Promise.allSettled(asked)).toEqual([refused, refused, refused]);
  expect({ text: configuration.text, versions: configuration.versions.length, told: told() }).toEqual({
    text,
    versions: 1,
    told: 0,
  });
});

it("a file of a large site is applied without holding up the gateway", async () => {
  write(1_000);
  const { configuration, changes, told } = opened();
  let last = systemClock.monoMs();
  let longestMs = 0;
  const beat = () => {
    longestMs = Math.max(longestMs, systemClock.monoMs() - last);
    last = systemClock.monoMs();
    cancel = systemClock.after(5, beat);
  };
  let cancel = systemClock.after(5, beat);
  const applied = await changes.apply(configuration.text.replace("name: T", "name: U"), configuration.hash, author);
  cancel();
  longestMs = Math.max(longestMs, systemClock.monoMs() - last);
  expect(applied.hash).toBe(configuration.hash);
  expect(told()).toBe(1);
  // In this thread it would have been one long piece.
  const begunMs = systemClock.monoMs();
  configuration.check(configuration.text);
  expect(longestMs).toBeLessThan((systemClock.monoMs() - begunMs) / 2);
}, 60_000);
