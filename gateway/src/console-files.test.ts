import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError, RejectedError, systemClock } from "@gatehouse/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Configuration } from "./configuration/configuration.ts";
import { siteFileOf } from "./console-files.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gatehouse-site-file-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

const SITE = `site: { id: s, name: T, kind: rental-compound }
spaces: [{ id: R1, kind: flat, address: { code: '310112002003', grid: unowned }, rooms: [{ areaM2: 12 }] }]
policies: [{ use: cn-sh-rental-2014 }]
`;

function opened(rooms = 0) {
  const siteFile = join(dir, "site.yaml");
  // A long one is looked at in a thread of its own.
  writeFileSync(siteFile, `${SITE}${"# a remark\n".repeat(rooms * 10)}`);
  const configuration = new Configuration({ siteFile, stateDir: dir, clock: systemClock, onChange: () => {} });
  return { configuration, file: siteFileOf(configuration, dir, () => {}) };
}

const KEY = "0123456789abcdef";
const secrets = [{ id: "city.m1.key", value: KEY }];
const platform = (key: string) => ({
  op: "add" as const,
  path: "uplinks",
  value: { id: "city", type: "https", url: "https://city.example/", sign: { alg: "hmac-sm3", key: { file: key } } },
});
const edits = [platform("secrets/city.m1.key")];
const by = { note: "", by: "li" };
const written = () => (existsSync(join(dir, "secrets")) ? readdirSync(join(dir, "secrets")) : []);

it.each([0, 500])(
  "a secret that comes with edits is only looked at with them, and written when they are used",
  async (rooms) => {
    const { configuration, file } = opened(rooms);
    const { hash } = configuration;
    const looked = await file.edit(edits, { hash, ...by, check: true, secrets });
    expect(looked).toMatchObject({ version: null, warnings: [] });
    expect(JSON.stringify(looked)).not.toContain(KEY);
    expect(written()).toEqual([]);
    expect(await file.edit(edits, { hash, ...by, check: false, secrets })).toMatchObject({ version: 1 });
    expect(written()).toEqual(["city.m1.key"]);
    expect(readFileSync(join(dir, "secrets/city.m1.key"), "utf8")).toBe(KEY);
    expect(statSync(join(dir, "secrets/city.m1.key")).mode & 0o777).toBe(0o600);
    expect(configuration.check(configuration.text).problems).toEqual([]);
  },
);

it("of edits that are refused no secret stays", async () => {
  const { configuration, file } = opened();
  const { hash } = configuration;
  const use = { hash, ...by, check: false, secrets };
  await expect(file.edit([platform("secrets/other.key")], use)).rejects.toThrow(ConfigError);
  await expect(file.edit(edits, { ...use, hash: "0" })).rejects.toThrow(RejectedError);
  await expect(file.edit(edits, { ...use, secrets: [{ id: "city.m1.key", value: "\n" }] })).rejects.toThrow(
    ConfigError,
  );
  // The site file cannot be put in place.
  const draft = join(dir, ".site.yaml.draft");
  const failing = new Proxy(configuration, {
    get: (target, key) => {
      if (key === "apply")
        return () => {
          throw new Error(`ENOSPC ${draft}`);
        };
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  await expect(siteFileOf(failing, dir, () => {}).edit(edits, use)).rejects.toThrow("ENOSPC");
  expect(written()).toEqual([]);
});

it("one that is there is neither written over nor removed", async () => {
  const { configuration, file } = opened();
  configuration.writeSecret("city.m1.key", "of another version");
  for (const check of [true, false])
    await expect(file.edit(edits, { hash: configuration.hash, ...by, check, secrets })).rejects.toThrow(
      "there is a secret of this name already",
    );
  expect(readFileSync(join(dir, "secrets/city.m1.key"), "utf8")).toBe("of another version");
});
