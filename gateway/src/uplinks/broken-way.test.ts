import { createServer as createPlain } from "node:http";
import { Agent, createServer } from "node:https";
import { type AddressInfo, createServer as createSocket, type Server, type Socket } from "node:net";
import { LinkError, systemClock } from "@gatehouse/protocol";
import { afterEach, expect, it } from "vitest";
import { TEST_CA, TEST_SERVER_CERT, TEST_SERVER_KEY } from "../testing/certificates.ts";
import { brokenWayInWords, changingOf } from "./broken-way.ts";
import { linkFailure } from "./link-failure.ts";
import { post } from "./post.ts";

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

async function listening(server: Server, host = "localhost"): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket.on("error", () => {})));
  open.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await new Promise<void>((done) => void server.listen(0, host, done));
  return (server.address() as AddressInfo).port;
}

const platform = () => createServer({ cert: TEST_SERVER_CERT, key: TEST_SERVER_KEY }, (_, answer) => answer.end("ok"));

/** What the screen says of a batch that could not be posted there. */
async function saidOf(url: string, tls: { readonly ca?: string } = {}) {
  const agent = new Agent(tls);
  const limits = { clock: systemClock, connectMs: 2_000, answerMs: 2_000, maxAnswerBytes: 1_000 };
  const error: unknown = await post({ url: new URL(url), agent, headers: {}, ...limits }, "x", []).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  agent.destroy();
  if (!(error instanceof LinkError)) throw new TypeError(`posted, or ended otherwise: ${String(error)}`);
  return brokenWayInWords(error, FORM);
}

const FORM = changingOf({ type: "https" });

/** Words of programs, keys of the site file. */
const JARGON = /Node|self.signed|tls\.|`|E[A-Z]{4,}|POST|OpenSSL|ms\b/;

it("a platform whose authority nobody entered: what to paste, and where, in both languages", async () => {
  const port = await listening(platform());
  const { en, zh } = await saidOf(`https://localhost:${port}`);
  expect(en).toBe(
    "The platform's certificate is not from an authority this box knows: press Change and paste the platform's CA certificate.",
  );
  expect(zh).toBe("平台的证书不是本网关信任的机构签发的：请点“修改”，粘贴平台的CA证书。");
});

it("another name, nobody there, no encryption, an unknown name, silence: each in words of its own", async () => {
  const named = await listening(platform(), "127.0.0.2");
  const plain = await listening(createPlain((_, answer) => answer.end("ok")));
  const silent = await listening(createSocket(() => {}));
  const gone = createSocket();
  const goneAt = await listening(gone);
  open.pop();
  await new Promise((closed) => gone.close(closed));
  const told = [
    await saidOf(`https://127.0.0.2:${named}`, { ca: TEST_CA }),
    await saidOf(`https://localhost:${goneAt}`),
    await saidOf(`https://localhost:${plain}`),
    await saidOf("https://platform.invalid"),
    await saidOf(`https://localhost:${silent}`),
  ];
  expect(told.map(({ en }) => en.split(":")[0])).toEqual([
    "The platform's certificate is for another name",
    "Nothing answers at this address and port",
    "What answers there does not encrypt",
    "Nobody knows the name in the address",
    "The platform does not answer in time",
  ]);
  for (const { en, zh } of told) {
    expect(en).not.toMatch(JARGON);
    expect(zh).toMatch(/\p{Script=Han}/u);
    expect(zh).not.toMatch(JARGON);
  }
});

it.each([
  ["CERT_HAS_EXPIRED", "has expired", "已过期"],
  ["CERT_NOT_YET_VALID", "is not valid yet", "尚未生效"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "authority this box knows", "信任的机构"],
  ["EHOSTUNREACH", "No way leads", "网络到不了"],
])("%s", (code, en, zh) => {
  const said = brokenWayInWords(
    linkFailure("POST https://city.example", Object.assign(new Error("x"), { code })),
    FORM,
  );
  expect(said.en).toContain(en);
  expect(said.zh).toContain(zh);
});

it("what only the other side's own words describe stays as it said it", () => {
  const refused = Object.assign(new Error("Connection refused: Not authorized"), { code: 5 });
  const { en, zh } = brokenWayInWords(linkFailure("mqtt mqtts://h", refused), FORM);
  expect(en).toContain("Not authorized");
  expect(zh).toContain("此账号没有权限");
});

const CODES = [
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "ECONNREFUSED",
  "ENOTFOUND",
  "EHOSTUNREACH",
  "ETIMEDOUT",
];

it.each([
  [{ type: "https" }, /Change/, /Configuration/],
  [{ type: "mqtt" }, /Change/, /Configuration/],
  [{ type: "nats", servers: ["tls://a"] }, /Change/, /Configuration/],
  [{ type: "nats", servers: ["tls://a", "tls://b"] }, /Configuration page/, /Change/],
  [{ type: "sparkplug", servers: ["mqtts://a"] }, /Configuration page/, /Change/],
  [{ type: "webhook" }, /Configuration page|browsers/, /Change|CA certificate/],
  [{ type: "wecom" }, /Configuration page|browsers/, /Change|CA certificate/],
])("%o is told to be changed where it can be, and to be given what it takes", (item, where, nowhere) => {
  for (const code of CODES) {
    const { en, zh } = brokenWayInWords(
      linkFailure("POST https://h", Object.assign(new Error("x"), { code })),
      changingOf(item),
    );
    expect(en).toMatch(where);
    expect(en).not.toMatch(nowhere);
    expect(/“修改”/.test(zh)).toBe(/Change/.test(en));
    expect(/“配置”页/.test(zh)).toBe(/Configuration/.test(en));
    expect(zh).not.toMatch(JARGON);
  }
});
