/** Generated from the table: every row, asked by nobody and by every role, gives what its `access` says, with CSRF and Host in place. */
import {
  API,
  type ApiKey,
  type ConsoleRig,
  openConsoleRig,
  RIG_HOST,
  ROLES,
  type Role,
  type Route,
} from "gatehouse/testing";
import { beforeAll, expect, test } from "vitest";

const rows = Object.entries(API) as [ApiKey, Route][];
let rig: ConsoleRig;
let asked = 0;
beforeAll(async () => {
  rig = await openConsoleRig();
});

const methodOf = (key: string) => key.split(" ")[0] as "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
const urlOf = (key: string) => (key.split(" ")[1] ?? "").replace(/:\w+/g, "x1");
/** Something of the right type, and wrong in itself, so that a row that lets it in does nothing. */
const bodyOf = ({ body, binary }: Route) => {
  if (binary !== undefined) return { payload: Buffer.from("x"), headers: { "content-type": binary.types[0] ?? "" } };
  return body === undefined ? {} : { payload: { "no such key": 1 } };
};

async function ask(key: ApiKey, row: Route, headers: Readonly<Record<string, string>>) {
  const { payload, headers: more = {} } = bodyOf(row) as { payload?: object; headers?: Record<string, string> };
  const answer = await rig.app.inject({
    method: methodOf(key),
    url: urlOf(key),
    headers: { host: RIG_HOST, ...headers, ...more },
    remoteAddress: `10.0.0.${++asked % 250}`,
    ...(payload === undefined ? {} : { payload }),
  });
  const isJson = String(answer.headers["content-type"]).startsWith("application/json");
  return { status: answer.statusCode, code: isJson ? ((answer.json() as { code?: string }).code ?? "") : "" };
}

/** Signed in for this one question: some rows sign out. */
const as = (role: Role) => rig.signed(role).headers;
const allows = ({ access }: Route, role: Role) => typeof access === "string" || access.includes(role);
const changes = (key: string) => methodOf(key) !== "GET";

test("there is a table", () => {
  expect(rows.length).toBeGreaterThan(60);
});

test.each(rows)("%s says who may", (_key, { access }) => {
  if (Array.isArray(access)) {
    expect(access.length).toBeGreaterThan(0);
    expect(access.every((role) => ROLES.includes(role as Role))).toBe(true);
  } else expect(["public", "anyone"]).toContain(access);
});

test.each(rows)("%s: nobody signed in", async (key, row) => {
  const { status, code } = await ask(key, row, {});
  if (row.access === "public") expect([401, 403].includes(status) && code === "sign-in").toBe(false);
  else expect({ status, code }).toEqual({ status: 401, code: "sign-in" });
});

test.each(rows.flatMap(([key, row]) => ROLES.map((role) => [key, role, row] as const)))(
  "%s: a %s",
  async (key, role, row) => {
    const { status, code } = await ask(key, row, as(role));
    if (allows(row, role)) expect(["sign-in", "forbidden", "wrong-csrf", "foreign-origin"]).not.toContain(code);
    else expect({ status, code }).toEqual({ status: 403, code: "forbidden" });
  },
);

test.each(rows.filter(([key, { access }]) => changes(key) && access !== "public"))(
  "%s: without the session's token, or with another's",
  async (key, row) => {
    const role = ROLES.find((each) => allows(row, each)) ?? "technician";
    const { cookie, headers } = rig.signed(role);
    const other = rig.signed(role).headers["x-gatehouse-csrf"] ?? "";
    expect(await ask(key, row, { cookie })).toEqual({ status: 403, code: "wrong-csrf" });
    expect(await ask(key, row, { ...headers, "x-gatehouse-csrf": other })).toEqual({ status: 403, code: "wrong-csrf" });
  },
);

test.each(rows.filter(([key]) => changes(key)))("%s: from a foreign page, even with the token", async (key, row) => {
  const role = ROLES.find((each) => allows(row, each)) ?? "technician";
  for (const foreign of [{ origin: "https://evil.example" }, { origin: "null" }, { "sec-fetch-site": "cross-site" }])
    expect(await ask(key, row, { ...as(role), ...foreign })).toEqual({ status: 403, code: "foreign-origin" });
});

test.each(rows)("%s: by a name that is not this box's", async (key, row) => {
  const role = ROLES.find((each) => allows(row, each)) ?? "technician";
  for (const host of ["evil.example", "127.0.0.1.evil.example:443"])
    expect(await ask(key, row, { ...as(role), host })).toEqual({ status: 421, code: "wrong-host" });
});

test("a row without access is no row: anything but a list of roles, `anyone` or `public` lets nobody in", async () => {
  const { mayUse } = await import("gatehouse/testing");
  expect(mayUse(undefined as never, ["technician"])).not.toBe("yes");
  expect(mayUse("everybody" as never, ["technician"])).not.toBe("yes");
  expect(mayUse([], ["technician"])).toBe("forbidden");
});

test("what is not in the table does not exist", async () => {
  for (const url of ["/api/1/nothing", "/api/2/spaces", "/API/1/spaces", "/api/1/../1/site%00"]) {
    const answer = await rig.app.inject({ url, headers: as("technician") });
    expect([url, answer.statusCode]).toEqual([url, 404]);
  }
});

test("every answer carries the headers that keep a browser safe, refusals too", async () => {
  for (const url of ["/", "/api/1/hello", "/api/1/spaces", "/nothing"]) {
    const { headers } = await rig.app.inject({ url, headers: { host: RIG_HOST } });
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "cross-origin-resource-policy": "same-origin",
    });
    expect(headers["content-security-policy"]).toMatch(/^default-src 'none'/);
    expect(headers["content-security-policy"]).not.toMatch(/unsafe-(inline|eval)/);
  }
});
