import { describe, expect, it } from "vitest";
import { platformUrl } from "./address.ts";

const https = platformUrl("https:", "http:");
const mqtt = platformUrl("mqtts:", "mqtt:");
const problem = (text: string, type = https) => type.safeParse(text).error?.issues[0]?.message;

describe("the address of a platform", () => {
  it("is one of the secure protocol", () => {
    expect(https.parse("https://city.example/ingest?site=1").href).toBe("https://city.example/ingest?site=1");
    expect(mqtt.parse("mqtts://town.example:8883").host).toBe("town.example:8883");
  });

  it.each(["http://localhost:1", "http://127.0.0.1:1", "http://127.8.8.8:1", "http://[::1]:1"])(
    "may be plain on this machine itself: %s",
    (text) => {
      expect(https.parse(text).protocol).toBe("http:");
    },
  );

  it.each([
    "http://city.example/",
    "http://10.0.0.9/",
    "http://localhost.city.example/",
    "http://127.0.0.1.city.example/",
    "ftp://localhost/",
    "mqtts://city.example",
  ])("may not cross the network in clear, or be of another protocol: %s", (text) => {
    expect(problem(text)).toContain("write https://…");
  });

  it("may not hold a password", () => {
    expect(problem("https://user:secret@city.example/")).toBe("a user name or password does not belong into a URL");
    expect(problem("mqtts://user@town.example", mqtt)).not.toContain("user@");
  });

  it("must be one at all", () => {
    expect(problem("city.example")).toBe(
      '"city.example" is not a URL: write https://…; http:// is only for this machine itself (localhost)',
    );
  });
});
