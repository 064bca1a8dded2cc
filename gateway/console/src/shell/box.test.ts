import { expect, it } from "vitest";

const asked: string[] = [];
Object.assign(globalThis, {
  location: { protocol: "https:", host: "box.example", hash: "" },
  WebSocket: class {
    readyState = 0;
    constructor(address: string) {
      asked.push(address);
    }
    close(): void {}
  },
});
const { feed, signedIn } = await import("./box.ts");

it("does not ask for the live feed before a given password is changed, and does at once after it", () => {
  const session = { csrf: "c", mustChangePassword: true } as Parameters<typeof signedIn>[0];
  signedIn(session);
  expect(asked).toEqual([]);
  expect(feed.state).not.toBe("lost");
  signedIn({ ...session, mustChangePassword: false });
  expect(asked).toEqual(["wss://box.example/api/1/live"]);
  feed.stop();
});
