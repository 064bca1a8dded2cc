import { expect, test } from "vitest";
import { indexSite, resolveAddress, Site, spaceOfDevice } from "./site.ts";

/** The example of the format, whole. */
const EXAMPLE = {
  site: {
    id: "mq-0007",
    name: "某租赁社区",
    kind: "rental-compound",
    timezone: "Asia/Shanghai",
    address: { code: "31011210400700001", text: "上海市闵行区马桥镇", grid: "MQ-053" },
  },
  spaces: [
    {
      id: "3-302",
      kind: "flat",
      name: "3号楼302",
      rooms: [{ areaM2: 14.2 }, { areaM2: 11.0 }],
      registered: 2,
      familyExempt: false,
      risk: "red",
      address: { code: "31011210400700302", grid: "MQ-053", plate: "QR-0033123" },
    },
    { id: "shed-4", kind: "room", areaM2: 36, registered: 4, limit: { persons: 4, basis: "site standard 2023" } },
  ],
  portals: [{ id: "door-302", kind: "door", from: "outside", to: "3-302" }],
  devices: [
    { id: "lock-302", kind: "lock", portal: "door-302", driver: "mqtt", password: { file: "lock-302.pw" } },
    {
      id: "reader-302",
      kind: "reader",
      portal: "door-302",
      driver: "bus-1",
      address: 3,
      secure: "required",
      key: { file: "reader-302.key" },
    },
    { id: "count-302", kind: "counter", portal: "door-302", driver: "mqtt", reversed: false },
    { id: "meter-302", kind: "energy-meter", space: "3-302", driver: "meters", address: "202311000123" },
  ],
  credentials: [{ credential: "c_5f2a91d0c4", space: "3-302", role: "tenant" }],
  drivers: [
    { id: "mqtt", type: "mqtt" },
    { id: "bus-1", type: "osdp", link: "serial:/dev/serial/by-id/usb-FTDI?baud=9600" },
    { id: "meters", type: "dlt645", link: "tcp:10.0.0.9:4001?baud=2400&parity=even" },
  ],
  policies: [{ use: "cn-sh-rental-2014" }, { use: "cn-sh-site-2023", spaces: ["shed-4"] }],
  uplinks: [
    {
      id: "city",
      type: "https",
      url: "https://city.example/ingest",
      sign: { alg: "hmac-sm3", key: { file: "city.key" } },
    },
  ],
  broker: {
    listen: "127.0.0.1:1883",
    tls: { listen: "0.0.0.0:8883", cert: { file: "broker.crt" }, key: { file: "broker.key" } },
    anonymousLoopback: false,
  },
  accounts: [{ user: "dashboard", password: { env: "DASHBOARD_PW" }, role: "tool" }],
  gateway: { id: "mq-0007" },
};

const messages = (change: object) => {
  const result = Site.safeParse({ ...EXAMPLE, ...change });
  return result.success ? [] : result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
};

test("the example of the site file parses, and what stands in it stays as written", () => {
  const site = Site.parse(EXAMPLE);
  expect(site).toMatchObject(EXAMPLE);
  expect(site.uplinks[0]).toMatchObject({ readings: false, credentials: "strip" });
  expect(site.devices[0]).toMatchObject({ reversed: false, driver: "mqtt" });
});

test("optional sections may be left out", () => {
  const { site, spaces } = EXAMPLE;
  expect(Site.parse({ site, spaces })).toMatchObject({
    portals: [],
    devices: [],
    credentials: [],
    drivers: [],
    policies: [],
    uplinks: [],
    accounts: [],
    broker: { listen: "127.0.0.1:1883", anonymousLoopback: false },
  });
});

test.each([
  ["a", true],
  ["3-302", true],
  ["A.b_c-d", true],
  ["x".repeat(64), true],
  ["x".repeat(65), false],
  ["", false],
  ["-a", false],
  [".a", false],
  ["a b", false],
  ["a/b", false],
  ["a+", false],
  ["房", false],
])("the id %j is good: %s", (id, good) => {
  const result = Site.safeParse({ ...EXAMPLE, gateway: { id } });
  expect(result.success).toBe(good);
});

test("a limit of zero persons is refused", () => {
  expect(messages({ spaces: [{ id: "a", kind: "flat", limit: { persons: 0, basis: "x" } }] })).toEqual([
    "spaces.0.limit.persons: must be at least 1 person",
  ]);
});

test("a room without area is refused", () => {
  expect(messages({ spaces: [{ id: "a", kind: "flat", rooms: [{ areaM2: 0 }] }] })).toEqual([
    "spaces.0.rooms.0.areaM2: must be more than 0 square metres",
  ]);
});

test("a secret in the file itself is refused, and not repeated in the message", () => {
  const [message = ""] = messages({ accounts: [{ user: "a", password: "hunter2", role: "tool" }] });
  expect(message).toContain("a secret never stands in the site file itself");
  expect(message).not.toContain("hunter2");
});

test("an unknown time zone is refused", () => {
  expect(messages({ site: { ...EXAMPLE.site, timezone: "Asia/Shangai" } })).toEqual([
    "site.timezone: must be an IANA time zone, as Asia/Shanghai",
  ]);
});

test("an unknown key of a space is refused, while a device may carry keys of its driver", () => {
  expect(messages({ spaces: [{ id: "a", kind: "flat", colour: "red" }] })).toHaveLength(1);
  expect(Site.parse(EXAMPLE).devices[1]).toMatchObject({ secure: "required", address: 3 });
});

const site = Site.parse({
  site: { id: "s", name: "s", kind: "rental-compound", address: { code: "1", grid: "G", text: "town", plate: "P0" } },
  spaces: [
    { id: "house", kind: "building", address: { code: "12", plate: "P1" } },
    { id: "flat", kind: "flat", parent: "house", address: { text: "left door", plate: "P2" } },
    { id: "room", kind: "room", parent: "flat" },
  ],
  portals: [
    { id: "in", kind: "door", from: "outside", to: "flat" },
    { id: "out", kind: "door", from: "room", to: "outside" },
  ],
  devices: [
    { id: "a", kind: "lock", portal: "in" },
    { id: "b", kind: "lock", portal: "out" },
    { id: "c", kind: "presence", space: "room" },
    { id: "d", kind: "lock", portal: "nowhere" },
  ],
});

test("each part of an address comes from the nearest that has it", () => {
  expect(resolveAddress(site, "flat")).toEqual({ code: "12", grid: "G", text: "left door", plate: "P2" });
});

test("a plate belongs to its own door and is not inherited", () => {
  expect(resolveAddress(site, "room")).toEqual({ code: "12", grid: "G", text: "left door" });
});

test("an address is found where the parents run in a circle", () => {
  const circle = Site.parse({
    ...EXAMPLE,
    spaces: [
      { id: "a", kind: "flat", parent: "b" },
      { id: "b", kind: "flat", parent: "a", address: { text: "b" } },
    ],
  });
  expect(resolveAddress(circle, "a")).toMatchObject({ text: "b", grid: "MQ-053" });
});

test("a device belongs to its space, else to the inner side of its portal", () => {
  expect(site.devices.map((device) => spaceOfDevice(site, device))).toEqual(["flat", "room", "room", undefined]);
});

test("a site is indexed once", () => {
  expect(indexSite(site)).toBe(indexSite(site));
  expect(indexSite(site).spaces.get("flat")?.parent).toBe("house");
});
