/** The rules an ACU keeps: security, keys, patience, and commands that are never late and never twice. */
import { describe, expect, test } from "vitest";
import { InvariantError } from "../errors.ts";
import { CLEAN, NoisyLine, OTHER_KEY, OWN_KEY } from "../testing/osdp-noisy-line.ts";
import { INSTALL_WINDOW_MS } from "./acu.ts";
import { osdpCommands } from "./commands.ts";
import { decodeOsdpFrame, encodeOsdpFrame } from "./frame.ts";
import { pdCapabilities } from "./pd/state.ts";
import { osdpReplies } from "./replies.ts";

const NEW_KEY = OTHER_KEY.map((byte) => byte ^ 0x5a);
const DEAF = { wrong: 0, lost: 1 };
const code = osdpCommands.codeOf;
const unlock = { kind: "out", outputs: [{ output: 0, control: 5, timerTenths: 50 }] } as const;

/** Names of what the ACU said, polls and status questions left out. */
const wordsOf = (line: NoisyLine): string[] =>
  line.said.map((frame) => osdpCommands.name(frame.code) ?? "?").filter((name) => !/^(POLL|.STAT)$/.test(name));

describe("keys", () => {
  test("a reader without a key is refused outside the window, and given one inside", () => {
    const line = new NoisyLine("install", { pd: { scbk: undefined, install: true } });
    line.turns(50);
    expect(line.kinds).toEqual(["refused", "offline"]);
    line.acu.openWindow(line.nowMs + INSTALL_WINDOW_MS, line.nowMs);
    line.turns(50);
    expect(line.pd.key).toEqual(OWN_KEY);
    expect(line.kinds.slice(2)).toEqual(["proved", "window-closed", "online"]);
  });

  test("under the factory's key nothing is asked but to take the new one, and no card is believed", () => {
    const line = new NoisyLine("install", { pd: { scbk: undefined, install: true } });
    line.swipe(7);
    line.acu.openWindow(INSTALL_WINDOW_MS, 0);
    while (line.pd.key === undefined && line.nowMs < 10_000) line.turn();
    const sealed = line.said.filter((frame) => frame.mac !== undefined);
    expect(sealed.map((frame) => frame.code)).toEqual([code("keyset")]);
    expect(line.cards).toEqual([]);
    line.turns(10);
    expect(line.cards).toEqual([7]);
  });

  test("the window closes by itself, five minutes at the latest", () => {
    const line = new NoisyLine("late", { pd: { scbk: undefined, install: true } });
    expect(() => line.acu.openWindow(INSTALL_WINDOW_MS + 1, 0)).toThrow(InvariantError);
    line.damage = DEAF;
    line.acu.openWindow(INSTALL_WINDOW_MS, 0);
    line.turns(INSTALL_WINDOW_MS / 100);
    line.damage = CLEAN;
    line.turns(3_000);
    expect(line.kinds).toContain("window-closed");
    expect(line.kinds).not.toContain("online");
    expect(line.pd.key).toBeUndefined();
  });

  test("there is no window without a key to give", () => {
    const line = new NoisyLine("none", { acu: { keys: [] } });
    expect(() => line.acu.openWindow(1_000, 0)).toThrow(InvariantError);
  });

  test("a reader found with the old key is given the wanted one; both are tried until it is proved", () => {
    const keys = [
      { name: "new", key: NEW_KEY },
      { name: "own", key: OWN_KEY },
    ];
    const line = new NoisyLine("rotate", { acu: { keys } });
    line.turns(30);
    expect(line.events.filter(({ kind }) => kind === "proved")).toEqual([
      { kind: "proved", key: "own" },
      { kind: "proved", key: "new" },
    ]);
    expect(line.pd.key).toEqual(NEW_KEY);
  });

  test("the answer to KEYSET may be lost", () => {
    const line = new NoisyLine("lost keyset");
    line.turns(20);
    line.acu.want({ name: "new", key: NEW_KEY });
    // The reader hears it, we do not hear the reader.
    const hear = line.pd.hear.bind(line.pd);
    line.pd.hear = (bytes, nowMs) => void hear(bytes, nowMs) as undefined;
    line.turns(1);
    line.pd.hear = hear;
    line.turns(30);
    expect(line.pd.key).toEqual(NEW_KEY);
    expect(line.events).toContainEqual({ kind: "proved", key: "new" });
    expect(line.kinds).not.toContain("refused");
  });

  test("a reader that does not take the new key goes on with the old one", () => {
    const line = new NoisyLine("refuses", { pd: { refuses: ["keyset"] } });
    line.turns(20);
    // This PD takes KEYSET whatever it refuses: make it say no by a key of another length.
    line.acu.want({ name: "odd", key: NEW_KEY.subarray(0, 8) });
    line.turns(20);
    expect(line.events).toContainEqual({ kind: "key-refused", key: "odd", detail: "wrong length" });
    line.swipe(9);
    line.turns(5);
    expect(line.cards).toEqual([9]);
  });

  test("a wrong key is tried again ever more rarely, and at once when there is a new one", () => {
    const line = new NoisyLine("rare", { pd: { scbk: OTHER_KEY } });
    line.turns(36_000);
    const challenges = line.said.filter((frame) => frame.code === code("chlng"));
    expect(challenges.length).toBeGreaterThan(10);
    expect(challenges.length).toBeLessThan(45);
    expect(line.kinds).toEqual(["refused", "offline"]);
    line.acu.want({ name: "other", key: OTHER_KEY });
    line.turns(10);
    expect(line.acu.isOnline).toBe(true);
  });
});

describe("what a reader is", () => {
  const pins = { vendor: "010203", model: 4, serial: 6, security: true };

  test("the same one is used", () => {
    const line = new NoisyLine("same", { acu: { pins } });
    line.turns(20);
    expect(line.kinds).toEqual(["proved", "online"]);
  });

  test.each([
    ["another serial number", { ...pins, serial: 7 }, {}, "changed"],
    ["another maker", { ...pins, vendor: "0a0b0c" }, {}, "changed"],
    [
      "no security any more",
      pins,
      { capabilities: pdCapabilities().filter(({ function: of }) => of !== 9) },
      "downgraded",
    ],
  ])("%s: not used, whatever it says", (_what, pinned, pd, why) => {
    const line = new NoisyLine("other", { acu: { pins: pinned }, pd });
    line.swipe(1);
    line.turns(100);
    expect(line.events[0]).toMatchObject({ kind: "refused", why });
    expect(wordsOf(line)).not.toContain("CHLNG");
    expect(line.cards).toEqual([]);
  });

  test.each(["id", "cap", "chlng", "scrypt"] as const)(
    "a card that somebody tells in the clear in answer to %s is not believed",
    (asked) => {
      const line = new NoisyLine("forger");
      const hear = line.pd.hear.bind(line.pd);
      const forged = osdpReplies.encode({ kind: "fmt", reader: 0, direction: 0, digits: Uint8Array.of(0x37) });
      const trusted: boolean[] = [];
      const take = line.acu.take.bind(line.acu);
      line.acu.take = (heard, nowMs) => {
        if (heard.kind === "answer" && heard.reply.kind === "fmt") trusted.push(line.acu.trusts(heard));
        take(heard, nowMs);
      };
      line.pd.hear = (bytes, nowMs) => {
        const { code: said, sequence } = decodeOsdpFrame(bytes);
        if (said !== code(asked)) return hear(bytes, nowMs);
        return encodeOsdpFrame({ mark: true, address: 5, reply: true, sequence, check: "crc", ...forged });
      };
      line.turns(20);
      expect(trusted.length).toBeGreaterThan(0);
      expect(trusted).not.toContain(true);
      expect(line.acu.isOnline).toBe(false);
    },
  );

  test("an operator may say that it is right", () => {
    const line = new NoisyLine("trusted", { acu: { pins: { ...pins, serial: 7 } } });
    line.turns(20);
    line.acu.trustAnew();
    line.turns(20);
    expect(line.acu.isOnline).toBe(true);
  });

  test("a reader without a secure channel is refused where one is required", () => {
    const capabilities = pdCapabilities().filter(({ function: of }) => of !== 9);
    const line = new NoisyLine("none", { pd: { capabilities, secureRequired: false } });
    line.turns(20);
    expect(line.events[0]).toMatchObject({ kind: "refused", why: "no-security" });
  });

  test("a PD that knows only checksums is spoken to with them", () => {
    const capabilities = pdCapabilities().map((row) => (row.function === 8 ? { ...row, compliance: 0 } : row));
    const line = new NoisyLine("sums", { pd: { capabilities } });
    line.turns(20);
    expect(line.acu.isOnline).toBe(true);
    expect(line.said.at(-1)?.check).toBe("checksum");
  });
});

describe("check characters", () => {
  test("a PD that is silent to a CRC is asked with a checksum now and then, and found", () => {
    const line = new NoisyLine("old");
    const hear = line.pd.hear.bind(line.pd);
    const isCrc = (bytes: Uint8Array) => ((bytes[5] ?? 0) & 4) !== 0;
    line.pd.hear = (bytes, nowMs) => (isCrc(bytes) ? undefined : hear(bytes, nowMs));
    line.turns(40);
    expect(line.acu.isOnline).toBe(true);
  });

  test("a PD that once answered to a CRC is never asked otherwise, however long it was silent", () => {
    const line = new NoisyLine("away");
    line.turns(20);
    line.damage = DEAF;
    line.turns(200);
    expect(new Set(line.said.map(({ check }) => check))).toEqual(new Set(["crc"]));
  });
});

describe("patience", () => {
  test("BUSY: the same bytes again under the same number, and nothing is lost", () => {
    const line = new NoisyLine("busy");
    line.turns(20);
    line.swipe(3);
    line.pd.beBusy(5);
    line.turns(30);
    expect(line.cards).toEqual([3]);
    expect(line.kinds).toEqual(["proved", "online"]);
  });

  test("a reader that is busy for ever is given up and reported", () => {
    const line = new NoisyLine("ever");
    line.turns(20);
    line.pd.beBusy(1_000_000);
    line.turns(400);
    expect(line.kinds.at(-1)).toBe("offline");
  });

  test("a reader that lost its session gets a new one, and was never gone", () => {
    const line = new NoisyLine("lost session");
    line.turns(20);
    line.pd.reboot();
    line.swipe(4);
    line.turns(30);
    expect(line.cards).toEqual([4]);
    expect(line.kinds).toEqual(["proved", "online", "proved", "resumed"]);
  });
});

describe("commands", () => {
  const job = (id: string, expiresMs: number) => ({ id, command: unlock, expiresMs });

  test("are answered once, by what the reader says", () => {
    const line = new NoisyLine("unlock");
    line.turns(20);
    line.acu.add(job("a", line.nowMs + 5_000));
    line.turns(3);
    expect(line.events).toContainEqual({ kind: "done", id: "a", reply: { kind: "ack" } });
    expect(line.pd.state.outputs[0]?.on).toBe(true);
  });

  test("behind their deadline not one byte of them is sent, not even again", () => {
    const line = new NoisyLine("late");
    line.turns(20);
    line.damage = DEAF;
    const deadlineMs = line.nowMs + 250;
    line.acu.add(job("a", deadlineMs));
    line.turns(2);
    const sent = line.said.filter((frame) => frame.code === code("out")).length;
    expect(sent).toBeGreaterThan(0);
    line.turns(1);
    line.acu.add(job("b", line.nowMs));
    line.damage = CLEAN;
    line.turns(40);
    expect(line.said.filter((frame) => frame.code === code("out"))).toHaveLength(sent);
    expect(line.pd.state.outputs[0]?.on).toBe(false);
    expect(line.events.filter(({ kind }) => kind === "dropped")).toEqual([
      { kind: "dropped", id: "a", why: "expired" },
      { kind: "dropped", id: "b", why: "expired" },
    ]);
  });

  test("one that got no answer is not given anew in the next session: it may have been carried out", () => {
    const line = new NoisyLine("once");
    line.turns(20);
    line.damage = DEAF;
    line.acu.add(job("a", line.nowMs + 60_000));
    line.turns(10);
    line.damage = CLEAN;
    line.turns(30);
    expect(line.events).toContainEqual({ kind: "dropped", id: "a", why: "lost" });
    expect(line.pd.state.outputs[0]?.on).toBe(false);
  });

  test("one that nobody waits for any more is not sent", () => {
    const line = new NoisyLine("withdrawn");
    line.turns(20);
    line.acu.add(job("a", line.nowMs + 60_000));
    line.acu.withdraw("a");
    line.turns(5);
    expect(wordsOf(line)).not.toContain("OUT");
  });

  test("a file arrives whole while cards go on being read", () => {
    const line = new NoisyLine("file");
    line.turns(20);
    const bytes = Uint8Array.from({ length: 3_000 }, (_, at) => at % 251);
    line.acu.sendFile({ id: "firmware", fileType: 1, bytes });
    for (let card = 1; card <= 5; card++) {
      line.swipe(card);
      line.turns(4);
    }
    line.turns(60);
    expect(line.pd.state.file).toEqual({ type: 1, bytes });
    expect(line.cards).toEqual([1, 2, 3, 4, 5]);
    expect(line.events).toContainEqual({ kind: "file", id: "firmware" });
  });

  test("a reader moved to another address is asked there", () => {
    const line = new NoisyLine("moved");
    line.turns(20);
    line.acu.add({
      id: "m",
      command: { kind: "comset", address: 9, baud: 9_600 },
      expiresMs: Number.POSITIVE_INFINITY,
    });
    line.turns(20);
    expect(line.pd.address).toBe(9);
    expect(line.said.at(-1)?.address).toBe(9);
    expect(line.acu.isOnline).toBe(true);
  });
});
