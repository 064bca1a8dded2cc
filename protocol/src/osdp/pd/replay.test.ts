/** Recorded dialogues: what the PD of another implementation answered, ours answers too, byte for byte where the standard fixes it. */
import { expect, test } from "vitest";
import { fromHex, toHex } from "../../bytes.ts";
import { Splitter } from "../../splitter.ts";
import { type OsdpVector, osdpScenarios } from "../../testing/osdp-vectors.ts";
import { CAPABILITY } from "../codes.ts";
import { decodeOsdpFrame, encodeOsdpFrame, osdpFraming } from "../frame.ts";
import { osdpReplies } from "../replies.ts";
import { createPd, type Pd } from "./pd.ts";
import { type PdOptions, pdCapabilities } from "./state.ts";

const scenarios = new Map(osdpScenarios().map((file) => [file.scenario, file]));
const IDENTITY = {
  vendor: fromHex("feca00"),
  model: 7,
  version: 3,
  serial: 305_419_896,
  firmware: [1, 2, 3],
} as const;
const CLIENT_UID = fromHex("feca070078563412");
const KEY = fromHex("00112233445566778899aabbccddeeff");
const QUIET = new Set(["osdp_ACK", "osdp_NAK", "osdp_PDID", "osdp_PDCAP", "osdp_CCRYPT", "osdp_RMAC_I", "osdp_COM"]);

/** What the recorded PD was like where the recording itself does not say. */
const LIKE: Readonly<Record<string, Partial<PdOptions>>> = {
  "plaintext-pd-answers": { capabilities: withoutBuzzer(), refuses: ["text"] },
  "secure-pd-answers": { scbk: KEY, refuses: ["buz"] },
  "secure-required-pd": { secureRequired: true },
  "secure-scbkd-install": { install: true },
  "secure-scbk": { clearStatus: true },
};

/** Answers of the recorded PD that are its own habit. */
const HABITS: readonly string[] = [
  // It has no key, and answers with a key of zeros as if that were its own; ours says that it used the default key.
  "secure-scbkd-install/006-ccrypt",
];

function withoutBuzzer() {
  return pdCapabilities({ leds: 2 }).filter((capability) => capability.function !== CAPABILITY.audible);
}

function replay(scenario: string) {
  const file = scenarios.get(scenario);
  const frames = file?.frames ?? [];
  const capabilities = frames.find(({ fields }) => fields.codeName === "osdp_PDCAP");
  const decoded = capabilities && osdpReplies.decode(0x46, fromHex(capabilities.fields.payload));
  const randoms = frames.flatMap(({ decoded: fields }) =>
    typeof fields?.["pdRandom"] === "string" ? fields["pdRandom"] : [],
  );
  const pd = createPd(
    {
      address: 1,
      identity: IDENTITY,
      clientUid: CLIENT_UID,
      ...(decoded?.kind === "pdcap" ? { capabilities: decoded.capabilities } : {}),
      ...(scenario.startsWith("secure-") && scenario !== "secure-scbkd-install" ? { scbk: KEY } : {}),
      ...LIKE[scenario],
    },
    () => fromHex(randoms.shift() ?? ""),
  );
  const splitter = new Splitter(osdpFraming(256));
  const differences: string[][] = [];
  let before = "";
  let compared = 0;
  for (const [i, vector] of frames.entries()) {
    if (vector.direction !== "cp-to-pd" || vector.delivered === false) continue;
    const answer = frames
      .slice(i + 1)
      .find(({ direction, origin }) => direction === "cp-to-pd" || origin !== "handmade");
    const recorded = answer?.direction === "pd-to-cp" && answer.tampering === undefined ? answer : undefined;
    if (vector.hex !== before) prepare(pd, vector, recorded);
    before = vector.hex;
    const heard = splitter.push(fromHex(vector.hex)).filter(({ kind }) => kind === "frame");
    const said = heard.map(({ bytes }) => pd.hear(bytes, vector.tMs ?? 0)).at(-1);
    if (answer?.tampering !== undefined) continue;
    const wanted = recorded === undefined ? "silence" : hexOf(fromHex(recorded.hex), vector);
    const got = said === undefined ? "silence" : hexOf(said, vector);
    compared++;
    if (got !== wanted) differences.push([recorded?.name ?? vector.name, wanted, got]);
  }
  return { differences, compared };
}

/** What happened at the recorded reader, told by its answer: states that were asked for, and events that it told by itself. */
function prepare(pd: Pd, asked: OsdpVector, recorded: OsdpVector | undefined): void {
  if (recorded === undefined || QUIET.has(recorded.fields.codeName ?? "")) return;
  const reply = osdpReplies.decode(recorded.fields.code, fromHex(recorded.fields.plaintext ?? recorded.fields.payload));
  if (asked.fields.codeName === "osdp_POLL") pd.push(reply);
  else if (reply.kind === "istatr") pd.state.inputs.set(reply.states);
  else if (reply.kind === "rstatr") pd.state.readers.set(reply.states);
  else if (reply.kind === "ostatr")
    for (const [n, on] of reply.states.entries())
      Object.assign(pd.state.outputs[n] ?? {}, { on: on === 1, timer: undefined });
}

/** The recorded PD answers a checksum with a CRC, ours with a checksum: compared as if both had taken the latter. */
function hexOf(answer: Uint8Array, asked: OsdpVector): string {
  return toHex(asked.fields.control.crc ? answer : encodeOsdpFrame({ ...decodeOsdpFrame(answer), check: "checksum" }));
}

test.each([...scenarios.keys()].filter((name) => name !== "osdpnet-frames"))("%s", (scenario) => {
  const { differences, compared } = replay(scenario);
  expect(differences.filter(([name = ""]) => !HABITS.includes(name))).toEqual([]);
  expect(compared).toBeGreaterThan(3);
});
