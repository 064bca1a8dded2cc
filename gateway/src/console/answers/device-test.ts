/** The test of one device, step by step: is its driver there, is it there, does it do what it is told, and does it say something when it is used. */
import type { Clock, CommandAction, Device } from "@gatehouse/protocol";
import type { Commands } from "../../core/commands/commands.ts";
import type { DeviceBook, Heard } from "../../monitor/device-book.ts";
import { inLanguage } from "../../words/said.ts";
import type { TestResult } from "../table/jobs.ts";
import { type DeviceRowParts, isDown } from "./device-rows.ts";
import type { JobDesk, JobEnd } from "./jobs.ts";
import { meaningOf } from "./reading-words.ts";

interface Text {
  readonly en: string;
  readonly zh: string;
}

export interface DeviceTestParts extends Omit<DeviceRowParts, "book"> {
  readonly book: Pick<DeviceBook, "of" | "onReading">;
  readonly commands: Pick<Commands, "take">;
  readonly clock: Clock;
  newId(): string;
  /** Waits for its turn, where many are tested at once: a line carries one word after the other. */
  readonly inTurn?: (work: () => Promise<CommandReport>) => Promise<CommandReport>;
}

type CommandReport = Awaited<ReturnType<Commands["take"]>>;

/** So long somebody has to use the device. */
const USE_MS = 60_000;
/** A meter speaks by the clock. */
const METER_MS = 180_000;
const METER_FRESH_MS = 15 * 60_000;
const COMMAND_MS = 8_000;

type Step = TestResult["steps"][number];

/** Ends early when the signal aborts. `by` gives its commands; `useMs` is how long somebody has to use the device. */
export async function testDevice(
  parts: DeviceTestParts,
  device: Device,
  by: string,
  desk: JobDesk,
  useMs = waitMs(device),
): Promise<JobEnd & { readonly result: TestResult }> {
  const steps: Step[] = [];
  const show = (progress: number, says: Text) => {
    desk.at(progress, says);
    desk.show(resultOf(steps));
  };
  // What it says while it is asked counts too.
  const ear = listen(parts, device);
  try {
    steps.push(thereStep(parts, device));
    show(0.2, steps[0]?.says ?? NOTHING);
    if (steps[0]?.state === "failed") {
      steps.push(skipped(SHOWS), skipped(SPEAKS));
      return ended(steps);
    }
    desk.at(0.3, { en: "It is told to blink or beep.", zh: "正在让设备闪灯或鸣响。" });
    steps.push(await showStep(parts, device, by, desk.signal));
    show(0.4, steps[1]?.says ?? NOTHING);
    const instruction = INSTRUCTIONS[device.kind];
    steps.push({ what: SPEAKS, state: "waiting", says: instruction });
    show(0.5, instruction);
    const heard = ear.first() ?? lately(parts, device) ?? (await ear.next(parts.clock, useMs, desk.signal));
    steps[2] = spoken(heard, instruction);
    return ended(steps);
  } finally {
    ear.stop();
  }
}

const NOTHING: Text = { en: "", zh: "" };
const THERE: Text = { en: "It is there", zh: "设备在线" };
const SHOWS: Text = { en: "It does what it is told", zh: "能执行指令" };
const SPEAKS: Text = { en: "It speaks when it is used", zh: "使用时有上报" };

const isMeter = ({ kind }: Device): boolean => kind.endsWith("-meter");
const waitMs = (device: Device): number => (isMeter(device) ? METER_MS : USE_MS);

/** A meter needs nobody to use it: one that was read a while ago need not be waited for. */
function lately({ book, clock }: DeviceTestParts, device: Device): Heard | undefined {
  if (!isMeter(device)) return undefined;
  const sinceMs = clock.nowMs() - METER_FRESH_MS;
  return book
    .of(device.id)
    .recent.findLast(
      ({ kind, atMs, refused }) => !PRESENCE_KINDS.includes(kind) && atMs >= sinceMs && refused === undefined,
    );
}

function thereStep(parts: DeviceTestParts, device: Device): Step {
  const driverUp = parts.drivers.get(device.driver) !== undefined;
  const key = keyTrouble(parts, device);
  if (driverUp && key !== undefined) return { what: THERE, state: "failed", says: key };
  const online = parts.core.state.devices.get(device.id)?.online ?? null;
  if (!isDown({ driverUp, online })) {
    const says =
      online === true ? { en: "It is connected.", zh: "已连接。" } : { en: "Its line is up.", zh: "线路正常。" };
    return { what: THERE, state: "passed", says };
  }
  const says = driverUp
    ? { en: "It is not connected: check its power, its cable or network.", zh: "未连接：请检查供电、线缆或网络。" }
    : {
        en: `The driver ${device.driver} has no line: check the cable and its address in the settings.`,
        zh: `驱动${device.driver}的线路不通：请检查线缆和地址设置。`,
      };
  return { what: THERE, state: "failed", says };
}

/** A reader without its key answers nothing, and looks like one that is away. */
function keyTrouble({ health }: DeviceTestParts, { id }: Device): Text | undefined {
  const trouble = health.entries.find(({ code, subject }) => code === "device-key" && subject === id);
  if (trouble === undefined) return undefined;
  return trouble.detail.startsWith(NEVER_GIVEN) ? NO_KEY : WRONG_KEY;
}

const NO_KEY: Text = {
  en: "The reader has no key yet. Put it into its installation mode, then install the key.",
  zh: "读卡器还没有密钥。请让读卡器进入安装模式，再点“安装密钥”。",
};
const WRONG_KEY: Text = {
  en: "The reader does not take our key. If it was reset, look at it, then install a new key.",
  zh: "读卡器的密钥不对。如果它被复位过，请现场检查，再重新安装密钥。",
};

/** A test ended with these words for want of a key. */
export const isAboutKey = (says: Text | undefined): boolean => says?.en === NO_KEY.en || says?.en === WRONG_KEY.en;

/** As the reader's driver says it. */
const NEVER_GIVEN = "it was never given a key";

/** Whatever somebody at the device sees or hears without a door moving. */
const SIGNS: readonly { readonly action: CommandAction; readonly args?: Readonly<Record<string, unknown>> }[] = [
  { action: "identify" },
  { action: "buzzer", args: { times: 2 } },
  { action: "led", args: { color: "green", seconds: 3 } },
];

async function showStep(parts: DeviceTestParts, device: Device, by: string, signal: AbortSignal): Promise<Step> {
  const known = parts.actionsOf(device);
  const sign = SIGNS.find(({ action }) => known.includes(action));
  if (sign === undefined || signal.aborted) return skipped(SHOWS);
  const ask = () => {
    const notAfter = new Date(parts.clock.nowMs() + COMMAND_MS * parts.clock.scale).toISOString();
    const wish = { id: parts.newId(), target: device.id, ...sign, notAfter, issuer: by };
    return parts.commands.take(wish, { local: true });
  };
  const report = await untilAborted(parts.inTurn === undefined ? ask() : parts.inTurn(ask), signal);
  if (report === undefined) return skipped(SHOWS);
  const { outcome, error = "" } = report;
  if (outcome === "done")
    return { what: SHOWS, state: "passed", says: { en: "It blinked or beeped.", zh: "设备已闪灯或鸣响。" } };
  if (outcome === "refused") return { what: SHOWS, state: "skipped", says: nothingToShow(error) };
  return {
    what: SHOWS,
    state: "failed",
    says: { en: `No answer: ${error}`, zh: `无应答：${inLanguage(error, "zh")}` },
  };
}

/** Many devices can neither blink nor beep: that is no fault, and their word for it tells nobody anything. */
function nothingToShow(error: string): Text {
  const plain = { en: "It can neither blink nor beep; that is no fault.", zh: "设备不能闪灯或鸣响，这不算故障。" };
  if (error === "" || error.startsWith("not supported")) return plain;
  return { en: `It did not blink or beep: ${error}`, zh: `设备没有闪灯或鸣响：${inLanguage(error, "zh")}` };
}

/** The command goes on by itself; nobody waits for it any more. */
async function untilAborted<T>(task: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const aborted = Promise.withResolvers<undefined>();
  const onAbort = () => aborted.resolve(undefined);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([task, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

const skipped = (what: Text): Step => ({ what, state: "skipped", says: { en: "Not tried.", zh: "未测试。" } });

function spoken(heard: Heard | undefined, instruction: Text): Step {
  if (heard === undefined) {
    const says = { en: `It said nothing. ${instruction.en}`, zh: `没有收到数据。${instruction.zh}` };
    return { what: SPEAKS, state: "failed", says };
  }
  const says = meaningOf(heard.kind, heard.value, heard.refused);
  return { what: SPEAKS, state: heard.refused === undefined ? "passed" : "failed", says };
}

const INSTRUCTIONS: Readonly<Record<Device["kind"], Text>> = {
  lock: { en: "Open the door now with a card, a key or the handle.", zh: "请现在用卡、钥匙或把手开门。" },
  reader: { en: "Hold any card to it now.", zh: "请现在在读卡器上刷任意一张卡。" },
  counter: { en: "Walk through the door now.", zh: "请现在走过这扇门。" },
  turnstile: { en: "Walk through the turnstile now.", zh: "请现在通过闸机。" },
  presence: { en: "Move in front of the sensor now.", zh: "请现在在传感器前走动。" },
  contact: { en: "Open and close the door now.", zh: "请现在开门再关门。" },
  "energy-meter": { en: "Wait: the meter is read by itself.", zh: "请等待：电表会自动抄读。" },
  "water-meter": { en: "Wait: the meter is read by itself.", zh: "请等待：水表会自动抄读。" },
  "fire-input": {
    en: "Tell the fire centre first, then trigger the input now.",
    zh: "请先通知消防值班，再触发该输入。",
  },
  "panic-button": { en: "Press the button now.", zh: "请现在按下按钮。" },
  board: { en: "Use the door now.", zh: "请现在开关这扇门。" },
};

/** That it came or went is no word of its own. */
const PRESENCE_KINDS: readonly string[] = ["device.online", "device.offline"];

function listen({ book }: DeviceTestParts, { id }: Device) {
  const heard: Heard[] = [];
  let told = (_: Heard): void => {};
  const stop = book.onReading((reading) => {
    if (reading.device !== id || PRESENCE_KINDS.includes(reading.kind)) return;
    if (heard.length < 10) heard.push(reading);
    told(reading);
  });
  return {
    stop,
    first: () => heard[0],
    /** Undefined when the time is over, or nobody waits any more. */
    next: async (clock: Clock, ms: number, signal: AbortSignal): Promise<Heard | undefined> => {
      const said = Promise.withResolvers<Heard | undefined>();
      told = said.resolve;
      const patience = new AbortController();
      const either = AbortSignal.any([signal, patience.signal]);
      clock.sleep(ms, either).then(
        () => said.resolve(undefined),
        () => said.resolve(undefined),
      );
      try {
        return await said.promise;
      } finally {
        patience.abort();
      }
    },
  };
}

const resultOf = (steps: readonly Step[]): TestResult => ({
  passed: steps.every(({ state }) => state === "passed" || state === "skipped"),
  steps: [...steps],
});

function ended(steps: readonly Step[]): JobEnd & { readonly result: TestResult } {
  const result = resultOf(steps);
  const wrong = steps.find(({ state }) => state === "failed");
  const says = wrong?.says ?? steps.findLast(({ state }) => state === "passed")?.says ?? NOTHING;
  return { says, result, failed: !result.passed };
}
