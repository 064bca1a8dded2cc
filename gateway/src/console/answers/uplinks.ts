/** Answers about what leaves the box: uplinks, what waits, what was refused, what went out, a test. */
import {
  type Clock,
  formatSequence,
  formatTime,
  LANES,
  type Lane,
  LinkError,
  RejectedError,
} from "@gatehouse/protocol";
import type { Core } from "../../core/core.ts";
import type { HealthEntry } from "../../core/health.ts";
import type { Target } from "../../core/ledger.ts";
import { leftBehind } from "../../core/left-behind.ts";
import type { SendResult, Store, StoreStats } from "../../core/ports.ts";
import { asideLine, resendAside } from "../../core/set-aside.ts";
import type { Sent, SentBook } from "../../monitor/sent-book.ts";
import { inLanguage, type Language, type Text, wholeIn } from "../../words/said.ts";
import type { Answers } from "../table/index.ts";
import type { TestResult } from "../table/jobs.ts";
import type { UplinkRow } from "../table/uplinks.ts";
import type { JobDesk, JobEnd, Jobs } from "./jobs.ts";
import { mappedPersonalFields, personalFields } from "./personal-fields.ts";
import { notThere } from "./refusals.ts";
import { markOf, type TestsBook } from "./tests-book.ts";

/** An uplink as the site file has it. */
export interface UplinkFacts {
  readonly id: string;
  readonly type: string;
  /** Without user and password. */
  readonly address: string | null;
  readonly readings: boolean;
  readonly credentials: "strip" | "pseudonym";
  /** Really sends a test event. Throws LinkError and RejectedError. */
  try(signal: AbortSignal): Promise<SendResult>;
  /** Why it cannot be reached, for whoever can press a button. */
  inWords(error: LinkError): Text;
}

export interface UplinkParts {
  readonly core: Pick<Core, "model">;
  readonly store: Pick<Store, "stats" | "setAside" | "write" | "waiting">;
  readonly targets: readonly Target[];
  readonly health: { readonly entries: readonly HealthEntry[] };
  readonly uplinks: readonly UplinkFacts[];
  readonly sent: Pick<SentBook, "sent" | "answeredMs">;
  readonly jobs: Jobs;
  readonly tests: TestsBook;
  readonly clock: Clock;
  /** Addresses a name stands for. Throws what the resolver throws. */
  resolve(host: string): Promise<readonly string[]>;
}

type Keys =
  | "GET /api/1/uplinks"
  | "GET /api/1/uplinks/:id/rejected"
  | "GET /api/1/uplinks/:id/sent"
  | "POST /api/1/uplinks/:id/resend"
  | "POST /api/1/uplinks/:id/test";

export function uplinkAnswers(parts: UplinkParts): Answers<Keys> {
  return {
    "GET /api/1/uplinks": async (_, { language }) => {
      const stats = await parts.store.stats();
      const { backlog } = stats;
      const uplinks = await Promise.all(parts.uplinks.map((uplink) => rowOf(parts, uplink, backlog, language)));
      return { uplinks, removed: [...leftBehind(new Set(parts.uplinks.map(({ id }) => id)), stats)] };
    },
    "GET /api/1/uplinks/:id/rejected": async ({ params: { id } }, { language }) => {
      targetOf(parts, id);
      const lines = (await parts.store.setAside(id)).map(asideLine);
      return { rejected: lines.map((line) => ({ ...line, reason: wholeIn(line.reason, language) })) };
    },
    "GET /api/1/uplinks/:id/sent": async ({ params: { id } }) => {
      targetOf(parts, id);
      return { sent: [...parts.sent.sent(id)].reverse().map(envelopeOf) };
    },
    "POST /api/1/uplinks/:id/resend": ({ params: { id }, body: { sequences } }) =>
      resendAside(parts.store, targetOf(parts, id).outbox, id, sequences),
    "POST /api/1/uplinks/:id/test": async ({ params: { id } }, { name }) => {
      const uplink = parts.uplinks.find((candidate) => candidate.id === id);
      if (uplink === undefined) throw notThere(id);
      const says = { en: `Testing ${id}`, zh: `正在测试${id}` };
      return parts.jobs.begin(
        "uplink-test",
        name,
        says,
        async (desk) => {
          const end = await testUplink(parts, uplink, desk);
          if (desk.signal.aborted) return end;
          const at = new Date(parts.clock.nowMs()).toISOString();
          const known = new Set(parts.uplinks.map((each) => each.id));
          const mark = markOf(parts.core.model.config.site.uplinks.find((item) => item.id === id));
          const tested = { passed: end.result.passed, at, by: name, says: end.says, mark };
          await parts.tests.note("uplinks", id, tested, (uplink) => known.has(uplink));
          return end;
        },
        { about: id },
      );
    },
  };
}

function targetOf({ targets }: UplinkParts, id: string): Target {
  const target = targets.find((candidate) => candidate.id === id);
  if (target === undefined) throw notThere(id);
  return target;
}

/** A platform that is only busy, or a short outage, is nobody's business yet. */
const LATE_MS = 5 * 60_000;

async function rowOf(
  parts: UplinkParts,
  facts: UplinkFacts,
  backlog: StoreStats["backlog"],
  language: Language,
): Promise<UplinkRow> {
  const { id, type, address, readings, credentials } = facts;
  const { zone } = parts.core.model;
  const { outbox } = targetOf(parts, id);
  const codes = parts.health.entries
    .filter(({ code, subject }) => code.startsWith("uplink-") && subject === id)
    .map(({ code, detail, sinceMs }) => ({
      code,
      detail: inLanguage(detail, language),
      since: formatTime(sinceMs, zone),
    }));
  const lanes = {} as UplinkRow["lanes"];
  for (const lane of LANES) {
    const waiting = backlog.find((row) => row.uplink === id && row.lane === lane)?.count ?? 0;
    const oldestAt = waiting === 0 ? null : await oldestOf(parts, id, lane);
    lanes[lane] = { waiting, oldestAt, ...outbox.tally[lane] };
  }
  const isLate = ({ oldestAt }: UplinkRow["lanes"][Lane]): boolean =>
    oldestAt !== null && parts.clock.nowMs() - Date.parse(oldestAt) > LATE_MS;
  const answeredMs = parts.sent.answeredMs(id);
  return {
    id,
    type,
    address,
    up: !codes.some(({ code }) => code === "uplink-down"),
    lastReceiptAt: answeredMs === null ? null : formatTime(answeredMs, zone),
    readings,
    credentials,
    lanes,
    late: LANES.some((lane) => isLate(lanes[lane])),
    codes,
  };
}

/** When the first that waits was recorded. */
async function oldestOf({ store, core }: UplinkParts, uplink: string, lane: Lane): Promise<string | null> {
  const [row] = await store.waiting(uplink, lane, 0, 1, 1);
  if (row?.text !== undefined) return String((JSON.parse(row.text) as { recordedtime?: unknown }).recordedtime ?? "");
  return row?.reading === undefined ? null : formatTime(row.reading.nowMs, core.model.zone);
}

function envelopeOf({ atMs, seq, lane, bytes, text, event }: Sent) {
  const envelope = parsed(text);
  const plain = event === undefined ? envelope : parsed(event);
  return {
    at: new Date(atMs).toISOString(),
    sequence: formatSequence(seq),
    type: String((plain as { readonly type?: unknown } | null)?.type ?? ""),
    lane,
    bytes,
    envelope,
    personal: event === undefined ? personalFields(envelope) : mappedPersonalFields(envelope, plain),
  };
}

/** What was too long to be kept whole is shown as the text it is. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

type Step = TestResult["steps"][number];

const ADDRESS = { en: "The address is known", zh: "地址可以解析" };
const REACHED = { en: "The platform is reached, its certificate is right", zh: "可连接平台，证书有效" };
const ANSWER = { en: "The platform takes a test event", zh: "平台接收测试事件" };

async function testUplink(
  parts: UplinkParts,
  uplink: UplinkFacts,
  desk: JobDesk,
): Promise<JobEnd & { readonly result: TestResult }> {
  const steps: Step[] = [await addressStep(parts, uplink)];
  desk.show(resultOf(steps));
  if (steps[0]?.state === "failed") return ended([...steps, skipped(REACHED), skipped(ANSWER)]);
  desk.at(0.3, { en: "A test event is on its way", zh: "正在发送测试事件" });
  try {
    const { accepted, rejected } = await uplink.try(desk.signal);
    steps.push({ what: REACHED, state: "passed", says: { en: "It answered.", zh: "平台已应答。" } });
    steps.push(answerStep(accepted.length > 0, rejected[0]?.reason));
  } catch (error) {
    if (error instanceof RejectedError) {
      steps.push({ what: REACHED, state: "passed", says: { en: "It answered.", zh: "平台已应答。" } });
      steps.push(answerStep(false, error.message));
    } else if (error instanceof LinkError) {
      steps.push({ what: REACHED, state: "failed", says: uplink.inWords(error) }, skipped(ANSWER));
    } else throw error;
  }
  return ended(steps);
}

async function addressStep({ resolve }: UplinkParts, { address }: UplinkFacts): Promise<Step> {
  const host = hostOf(address);
  if (host === undefined) return skipped(ADDRESS);
  try {
    const addresses = await resolve(host);
    const text = addresses.slice(0, 3).join(", ");
    return { what: ADDRESS, state: "passed", says: { en: `${host} is ${text}.`, zh: `${host}的地址是${text}。` } };
  } catch (error) {
    const why = error instanceof Error && "code" in error ? String(error.code) : String(error);
    const en = `Nobody knows the name ${host} (${why}): check it, and the network's name server.`;
    return { what: ADDRESS, state: "failed", says: { en, zh: `无法解析${host}（${why}）：请检查地址和DNS设置。` } };
  }
}

function hostOf(address: string | null): string | undefined {
  try {
    return address === null ? undefined : new URL(address).hostname.replace(/^\[|\]$/g, "");
  } catch {
    return undefined;
  }
}

function answerStep(accepted: boolean, reason: string | undefined): Step {
  if (accepted) return { what: ANSWER, state: "passed", says: { en: "It gave a receipt.", zh: "已收到回执。" } };
  const says =
    reason === undefined
      ? { en: "It neither took nor refused the event.", zh: "平台既未接收也未拒绝该事件。" }
      : { en: `It refused the event: ${reason}`, zh: `平台拒收：${wholeIn(reason, "zh")}` };
  return { what: ANSWER, state: "failed", says };
}

const skipped = (what: Step["what"]): Step => ({ what, state: "skipped", says: { en: "Not tried.", zh: "未测试。" } });

const resultOf = (steps: readonly Step[]): TestResult => ({
  passed: steps.every(({ state }) => state !== "failed"),
  steps: [...steps],
});

function ended(steps: readonly Step[]): JobEnd & { readonly result: TestResult } {
  const result = resultOf(steps);
  const failed = steps.find(({ state }) => state === "failed");
  // Why stands with the step; whoever shows both does not say it twice.
  const says =
    failed === undefined
      ? (steps.at(-1)?.says ?? { en: "", zh: "" })
      : { en: `Failed at “${failed.what.en}”.`, zh: `未通过：“${failed.what.zh}”` };
  return { says, result, failed: failed !== undefined };
}
