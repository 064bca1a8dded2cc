import { FakeClock } from "@gatehouse/protocol/testing";
import { expect, test } from "vitest";
import { checkHost, checkOrigin, FILE_LIMITS, hostNameOf, RequestRate } from "./guard.ts";

const verdict = (run: () => void): string => {
  try {
    run();
    return "yes";
  } catch (error) {
    return (error as { code: string }).code;
  }
};

test("a host is a name or an address with or without a port, and nothing else", () => {
  const given = ["Box.Local:8443", "box.local.", "192.0.2.1", "[::1]:8443", "[2001:DB8::1]"];
  expect(given.map(hostNameOf)).toEqual(["box.local", "box.local", "192.0.2.1", "::1", "2001:db8::1"]);
  const bad = [undefined, "", "a b", "a@b", "a/b", "a:b", "::1", "box:1:2", "[::1]evil"];
  expect(bad.map(hostNameOf)).toEqual(bad.map(() => undefined));
});

test("only hosts of this box are answered", () => {
  const hosts = () => new Set(["box.local", "192.0.2.1"]);
  const said = ["box.local:1", "192.0.2.1", "evil.example", "box.local.evil.example", undefined].map((host) =>
    verdict(() => checkHost(host, hosts)),
  );
  expect(said).toEqual(["yes", "yes", "wrong-host", "wrong-host", "wrong-host"]);
});

test("another origin, another scheme or port, and another site are refused; what names none is no browser", () => {
  const check = (headers: object, secure = true) =>
    verdict(() => checkOrigin({ host: "box:8443", ...headers }, secure));
  expect(check({})).toBe("yes");
  expect(check({ origin: "https://box:8443", "sec-fetch-site": "same-origin" })).toBe("yes");
  expect(check({ origin: "http://box:8443" }, false)).toBe("yes");
  const foreign = [
    { origin: "https://evil.example" },
    { origin: "http://box:8443" },
    { origin: "https://box" },
    { origin: "null" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ];
  expect(foreign.map((headers) => check(headers))).toEqual(foreign.map(() => "foreign-origin"));
});

test("an address has a burst and then a rate, others their own", async () => {
  const clock = new FakeClock();
  const rate = new RequestRate(clock);
  const take = (who: string) => verdict(() => rate.take(who));
  const first = Array.from({ length: 300 }, () => take("a"));
  expect(first.filter((each) => each === "yes")).toHaveLength(240);
  expect(take("b")).toBe("yes");
  await clock.advance(1_000);
  expect(Array.from({ length: 60 }, () => take("a")).filter((each) => each === "yes")).toHaveLength(40);
});

test("the files of the page have a wider one: browsers behind one router take them at once", () => {
  const rate = new RequestRate(new FakeClock(), FILE_LIMITS);
  const taken = Array.from({ length: 2_000 }, () => verdict(() => rate.take("a")));
  expect(taken.filter((each) => each === "yes")).toHaveLength(1_500);
});
