import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError, formatProblem, InvariantError } from "@gatehouse/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { type LoadedSite, loadSite } from "./config.ts";

const driverTypes = [
  { type: "mqtt", config: z.strictObject({}) },
  {
    type: "bus",
    config: z.strictObject({ link: z.string(), baud: z.int().default(9600) }),
    device: z.strictObject({ address: z.int().min(0).max(126) }),
    distinct: "address",
  },
];
const uplinkTypes = [{ type: "https", config: z.strictObject({ url: z.url(), token: z.unknown().optional() }) }];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gatehouse-config-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(text: string | Buffer, name = "site.yaml"): string {
  const file = join(folder, name);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

interface Given {
  readonly env?: Record<string, string>;
  readonly secrets?: boolean;
}

const load = (text: string | Buffer, given: Given = {}): LoadedSite =>
  loadSite(write(text), { driverTypes, uplinkTypes, env: {}, ...given });

/** The problems as lines, without the folder of the test. */
function problemsOf(text: string | Buffer, given: Given = {}): string[] {
  try {
    load(text, given);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem) => formatProblem(problem).replaceAll(`${folder}/`, ""));
  }
  return [];
}

const SITE = `
site: { id: mq-0007, name: 某租赁社区, kind: rental-compound, address: { code: "31011210400700001", grid: MQ-053 } }
spaces:
  - { id: "3-302", kind: flat, rooms: [{ areaM2: 14.2 }, { areaM2: 11.0 }], registered: 2, risk: red }
  - { id: shed-4, kind: room, areaM2: 36, limit: { persons: 4, basis: site standard } }
  - { id: yard, kind: yard }
portals:
  - { id: door-302, kind: door, from: outside, to: "3-302" }
devices:
  - { id: lock-302, kind: lock, portal: door-302, password: { file: lock.pw } }
  - { id: reader-302, kind: reader, portal: door-302, driver: bus-1, address: 3 }
drivers:
  - { id: bus-1, type: bus, link: "serial:/dev/ttyUSB0" }
policies:
  - { use: cn-sh-rental-2014 }
uplinks:
  - { id: city, type: https, url: "https://city.example/", token: { env: CITY_TOKEN } }
`;
const withSecrets = () => {
  write("pass word\n", "lock.pw");
  return { env: { CITY_TOKEN: "t0ken" } };
};

test("a right site comes whole: defaults, limits, policies, adapters, secrets", () => {
  const loaded = load(SITE, withSecrets());
  expect(loaded.warnings).toEqual([]);
  expect(loaded.site.broker.listen).toBe("127.0.0.1:1883");
  expect(loaded.site.drivers.map((driver) => driver.id)).toEqual(["mqtt", "bus-1"]);
  expect(loaded.limits.get("3-302")).toMatchObject({ persons: 4, policy: "cn-sh-rental-2014" });
  expect(loaded.limits.get("shed-4")).toEqual({ persons: 4, policy: "site", basis: "site standard" });
  expect([...loaded.limits.keys()]).toEqual(["3-302", "shed-4"]);
  expect(loaded.policyOf.get("3-302")?.nights.red).toEqual({ over: 2, of: 3, clear: 5, raiseAt: 0.6, clearAt: 0.3 });
  expect(loaded.policyOf.get("shed-4")?.id).toBe("cn-sh-rental-2014");
  expect(
    loaded.drivers.map(({ id, row, config, devices }) => [id, row.type, config, devices.map((d) => d.id)]),
  ).toEqual([
    ["mqtt", "mqtt", {}, ["lock-302"]],
    ["bus-1", "bus", { link: "serial:/dev/ttyUSB0", baud: 9600 }, ["reader-302"]],
  ]);
  expect(loaded.uplinks).toMatchObject([
    { id: "city", config: { url: "https://city.example/" }, options: { readings: false } },
  ]);
  expect(loaded.secret({ file: "lock.pw" }).toString()).toBe("pass word");
  expect(loaded.secret({ env: "CITY_TOKEN" }).toString()).toBe("t0ken");
  expect(() => loaded.secret({ env: "OTHER" })).toThrow(InvariantError);
});

test("JSON is read like YAML", () => {
  const { env } = withSecrets();
  const yaml = load(SITE, { env });
  const file = write(JSON.stringify({ ...yaml.site, drivers: yaml.site.drivers.slice(1) }, null, "\t"), "site.json");
  const json = loadSite(file, { driverTypes, uplinkTypes, env });
  expect(json.site).toEqual(yaml.site);
  expect(json.limits).toEqual(yaml.limits);
});

/** The shape of generated sites: one key a line, everything explicit. */
test("a generated site file with explicit limits loads without a policy", () => {
  const file = {
    site: {
      id: "site-1",
      name: "site-1",
      kind: "rental-compound",
      timezone: "Asia/Shanghai",
      address: { code: "31", text: "-", grid: "MQ-001" },
    },
    spaces: [
      { id: "CAMP", kind: "yard", name: "CAMP", address: { code: "31", grid: "MQ-001" } },
      {
        id: "F0101",
        kind: "flat",
        rooms: [{ areaM2: 9.5 }],
        limit: { persons: 1, basis: "given" },
        registered: 1,
        familyExempt: false,
        parent: "CAMP",
      },
    ],
    portals: [{ id: "D-F0101", kind: "door", from: "outside", to: "F0101" }],
    devices: [
      { id: "LK-F0101", kind: "lock", portal: "D-F0101", driver: "mqtt", doorContact: true },
      { id: "CT-F0101", kind: "counter", portal: "D-F0101", driver: "mqtt", tech: "beam" },
    ],
    credentials: [
      { credential: "c_fd9ba1a82a", role: "tenant", space: "F0101" },
      { credential: "c_ff4f6606d9", role: "staff" },
    ],
    drivers: [{ id: "mqtt", type: "mqtt" }],
  };
  const loaded = load(JSON.stringify(file, null, 1));
  expect([...loaded.limits]).toEqual([["F0101", { persons: 1, policy: "site", basis: "given" }]]);
  expect(loaded.warnings.map((warning) => warning.reason)).toEqual([
    "without a password these cannot connect: LK-F0101, CT-F0101",
  ]);
});

test("all problems come at once, each with its line, in the order of the file", () => {
  const text = `
site: { id: s, name: s, kind: rental-compoud, timezone: Asia/Shangai }
spacs: []
spaces:
  - { id: a, kind: flat, parent: b, risc: red, areaM2: 20 }
  - { id: b, kind: flt, parent: a }
  - { id: a, kind: yard }
  - { id: c, kind: room, limit: { persons: 0, basis: x } }
portals:
  - { id: door, kind: door, from: outside, to: d }
  - { id: 5, kind: door, from: outside, to: c }
devices:
  - { id: lock, kind: lock, portal: dor, password: hunter2 }
  - { id: tap, kind: water-meter, space: c, driver: bus-1, address: 300 }
  - { id: eye, kind: counter, space: c, reversd: true }
drivers:
  - { id: bus-1, type: bus, link: 5 }
  - { id: bus-2, type: bsu }
policies: [ { use: cn-sh-rental-2015 } ]
uplinks:
  - { id: city, type: https, url: nonsense, token: { env: NIX } }
  - { id: city, type: https, url: "https://x.example", filtr: [a], token: { file: nix.pem } }
broker: { listen: 1883 }
`;
  expect(problemsOf(text)).toEqual([
    'site.yaml:2: site.kind: must be one of rental-compound, dormitory, construction-site, not "rental-compoud" -> did you mean "rental-compound"?',
    'site.yaml:2: site.timezone: must be an IANA time zone, as Asia/Shanghai, not "Asia/Shangai"',
    'site.yaml:3: spacs: unknown key "spacs" -> did you mean "spaces"?',
    'site.yaml:5: spaces[0].risc: unknown key "risc" -> did you mean "risk"?',
    "site.yaml:5: spaces[0].parent: the parents run in a circle: a -> b -> a -> remove one of these parents",
    'site.yaml:6: spaces[1].kind: must be one of building, floor, flat, room, shed, corridor, yard, not "flt" -> did you mean "flat"?',
    'site.yaml:7: spaces[2].id: "a" is already used by spaces[0].id -> choose another id',
    "site.yaml:8: spaces[3].limit.persons: must be at least 1 person, not 0",
    'site.yaml:10: portals[0].to: there is no space "d" -> did you mean "a"?',
    'site.yaml:11: portals[1].id: must be text, not 5 -> put it in quotes: "5"',
    "site.yaml:13: devices[0].password: must be { file: NAME } or { env: NAME }; a secret never stands in the site file itself",
    'site.yaml:13: devices[0].portal: there is no portal "dor" -> did you mean "door"?',
    "site.yaml:14: devices[1].address: must be at most 126, not 300",
    'site.yaml:15: devices[2].reversd: unknown key "reversd" -> did you mean "reversed"?',
    'site.yaml:17: drivers[0].link: must be text, not 5 -> put it in quotes: "5"',
    'site.yaml:18: drivers[1].type: there is no driver type "bsu" -> did you mean "bus"?',
    'site.yaml:19: policies[0].use: there is no policy "cn-sh-rental-2015" -> did you mean "cn-sh-rental-2014"?',
    'site.yaml:21: uplinks[0].url: must be a url, not "nonsense"',
    "site.yaml:21: uplinks[0].token.env: the environment variable NIX is not set -> set NIX before the start",
    'site.yaml:22: uplinks[1].id: "city" is already used by uplinks[0].id -> choose another id',
    'site.yaml:22: uplinks[1].filtr: unknown key "filtr" -> known here: url, token',
    `site.yaml:22: uplinks[1].token.file: there is no file "nix.pem" -> write the secret into nix.pem`,
    'site.yaml:23: broker.listen: must be text, not 1883 -> put it in quotes: "1883"',
  ]);
});

test.each([
  ["", "site.yaml: is empty, must be a block of keys -> write a value, or remove the key"],
  ["[]", "site.yaml:1: must be a block of keys, not a list"],
  [
    "site: {}\nspaces: {}",
    'site.yaml:2: spaces: must be a list, not a block of keys -> begin each item with "- ", or write [ … ]',
  ],
  ["site:", "site.yaml:1: site: is empty, must be a block of keys -> write a value, or remove the key"],
  ["spaces: []", "site.yaml:1: site: is missing -> add it: a block of keys"],
])("%j is refused with: %s", (text, problem) => {
  expect(problemsOf(text)).toContain(problem);
});

test.each([
  [
    "a: [1\nb: 2",
    "site.yaml:2: Flow sequence in block collection must be sufficiently indented and end with a ] -> check brackets, quotes and indentation here and on the line before",
  ],
  [
    "a: 1\na: 2",
    "site.yaml:2: Map keys must be unique -> a key stands once in its place: put both lists under one `devices:` (or `drivers:`), or drop one of the two",
  ],
  ["a: b: c", 'site.yaml:1: Nested mappings are not allowed in compact mappings -> put text that holds ": " in quotes'],
  [
    "a: 1\n---\nb: 2",
    "site.yaml:2: Source contains multiple documents -> remove the line `---`: one file is one document",
  ],
  [
    '{ "a": 1, "a": 2 }',
    "site.yaml:1: Map keys must be unique -> a key stands once in its place: put both lists under one `devices:` (or `drivers:`), or drop one of the two",
  ],
])("%j is no YAML: %s", (text, problem) => {
  expect(problemsOf(text)).toEqual([problem]);
});

test("a file that is no text, not there, too large or a folder is refused by name", () => {
  expect(problemsOf(Buffer.from([0xff, 0xfe, 0x00]))).toEqual(["site.yaml: is not UTF-8 text -> save it as UTF-8"]);
  const [large = ""] = problemsOf(Buffer.alloc(10 * 1024 * 1024 + 1, " "));
  expect(large).toBe(
    "site.yaml: is 10485761 bytes large, at most 10485760 are read -> check that this is the right file",
  );
  const options = { driverTypes, uplinkTypes, env: {} };
  expect(() => loadSite(join(folder, "nix.yaml"), options)).toThrow(/there is no such file/);
  expect(() => loadSite(folder, options)).toThrow(/cannot be read \(EISDIR\)/);
});

test("aliases that expand a thousandfold are refused, a shared block is not", () => {
  const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${"bcdefghi"
    .split("")
    .map((name, i) => `${name}: &${name} [${Array(9).fill(`*${"abcdefgh"[i]}`).join(", ")}]`)
    .join("\n")}\n`;
  expect(problemsOf(bomb)).toEqual(["site.yaml: uses aliases (*name) that expand too far -> write the values out"]);
  const shared = SITE.replace("registered: 2,", "address: &here { grid: G, code: c },").replace(
    "kind: yard }",
    "kind: yard, address: *here }",
  );
  expect(load(shared, withSecrets()).site.spaces[2]?.address?.grid).toBe("G");
});

test("a document nested without end is refused", () => {
  expect(problemsOf("[".repeat(100_000))[0]).toMatch(/^site\.yaml/);
});

test("a problem in a JSON file has its line too", () => {
  expect(problemsOf('{\n "site": {\n  "id": 5\n }\n}')).toContain(
    'site.yaml:3: site.id: must be text, not 5 -> put it in quotes: "5"',
  );
});

test("a value is repeated in the message, but not where it may be a secret", () => {
  const text = SITE.replace("token: { env: CITY_TOKEN }", "tls: {}").replace("risk: red", "risk: green");
  expect(problemsOf(text, withSecrets()).join()).toContain('not "green"');
  const leaked = SITE.replace("password: { file: lock.pw }", "password: { file: 5 }").replace(
    "{ env: CITY_TOKEN }",
    "s3cret",
  );
  expect(problemsOf(leaked, withSecrets()).join()).not.toContain("s3cret");
});

test("without secrets a site loads where its secrets are not", () => {
  const loaded = load(SITE, { secrets: false });
  expect(loaded.limits.size).toBe(2);
  expect(() => loaded.secret({ env: "CITY_TOKEN" })).toThrow(InvariantError);
});

test("a secret in text loses its last newline, a binary key no byte", () => {
  const key = Buffer.from([0xff, 0x80, 0x01, 0x0a]);
  write(key, "lock.pw");
  const env = { CITY_TOKEN: "x" };
  expect(load(SITE, { env }).secret({ file: "lock.pw" })).toEqual(key);
  write("two\nlines\r\n", "lock.pw");
  expect(load(SITE, { env }).secret({ file: "lock.pw" }).toString()).toBe("two\nlines");
});

test("an empty secret is refused, one that everybody may read is warned of", () => {
  const env = { CITY_TOKEN: "x" };
  write("\n", "lock.pw");
  expect(problemsOf(SITE, { env })).toEqual([
    'site.yaml:10: devices[0].password.file: "lock.pw" is empty -> write the secret into lock.pw',
  ]);
  chmodSync(write("x", "lock.pw"), 0o644);
  expect(load(SITE, { env }).warnings.map((warning) => warning.reason)).toEqual([
    "every user of this machine may read lock.pw",
  ]);
});

const OWN_POLICY = `
id: town-2030
title: Town rule
source: { name: town rule 5, effective: 2030-01-01, verified: false }
appliesTo: [flat]
personsPerRoom: 1
nights:
  red: { over: 1, of: 3, clear: 2 }
  yellow: { over: 1, of: 3, clear: 2 }
  blue: { over: 1, of: 3, clear: 2 }
`;

test("a policy beside the site file is known by its id, and an unconfirmed one is warned of", () => {
  write(OWN_POLICY, "policies/town.yaml");
  const loaded = load(SITE.replace("cn-sh-rental-2014", "town-2030"), withSecrets());
  expect(loaded.limits.get("3-302")?.persons).toBe(2);
  expect(loaded.warnings.map(formatProblem).join()).toContain('the figures of "town-2030" are not confirmed');
});

test("a wrong policy file is named with its line; a bundled policy cannot be replaced", () => {
  write(OWN_POLICY.replace("[flat]", "[flta]"), "policies/town.yaml");
  write(OWN_POLICY.replace("town-2030", "cn-sh-rental-2014"), "policies/ours.yaml");
  expect(problemsOf(SITE, withSecrets())).toEqual([
    'policies/ours.yaml: id: there is a policy "cn-sh-rental-2014" already -> choose an id of your own, and use that in the site file',
    'policies/town.yaml:5: appliesTo[0]: must be one of building, floor, flat, room, shed, corridor, yard, not "flta" -> did you mean "flat"?',
  ]);
});

test("every bundled policy loads, and those of the law say since when", () => {
  const { policies } = load(SITE, withSecrets());
  expect([...policies.keys()].sort()).toEqual([
    "cn-dormitory-placeholder",
    "cn-sh-rental-2014",
    "cn-sh-site-2023",
    "cn-site-jgj146-2013",
  ]);
  expect(policies.get("cn-sh-rental-2014")).toMatchObject({
    personsPerRoom: 2,
    areaPerPersonM2: 5,
    familyExemption: true,
    source: { effective: "2014-05-01", verified: true },
  });
  expect(policies.get("cn-sh-site-2023")).toMatchObject({ personsPerRoom: 4 });
  expect(policies.get("cn-site-jgj146-2013")).toMatchObject({ personsPerRoom: 16, areaPerPersonM2: 2.5 });
  expect(policies.get("cn-dormitory-placeholder")).toMatchObject({ source: { verified: false } });
});

test("an unjudged flat, a broker in clear on the network and devices without password are warned of", () => {
  const text = SITE.replace("policies:\n  - { use: cn-sh-rental-2014 }", "broker: { listen: 0.0.0.0:1883 }").replace(
    ", password: { file: lock.pw }",
    "",
  );
  expect(load(text, { env: { CITY_TOKEN: "x" } }).warnings.map((warning) => [warning.path, warning.reason])).toEqual([
    ["policies", "no limit for 3-302: no alert about too many people"],
    ["devices", "without a password these cannot connect: lock-302"],
    ["broker.listen", "0.0.0.0:1883 carries passwords and readings in clear over the network"],
  ]);
});

test("two devices of one line with one address are told apart by name", () => {
  const twin = SITE.replace(
    /^ {2}- \{ id: reader-302.*$/m,
    (line) =>
      `${line}\n${line.replace("reader-302", "reader-303")}\n${line.replace("reader-302", "reader-304").replace("address: 3", "address: 4")}`,
  );
  expect(problemsOf(twin, withSecrets())).toEqual([
    expect.stringMatching(
      /^site\.yaml:\d+: devices\[\d\]\.address: is 3, as that of reader-302 on the same line -> every device/,
    ),
  ]);
});
