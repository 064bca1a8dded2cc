/** The test of many devices as one: all are listened to from the beginning, so that a person may walk from door to door in any order. */
import type { Device } from "@gatehouse/protocol";
import type { TestResult } from "../table/jobs.ts";
import { type DeviceTestParts, testDevice } from "./device-test.ts";
import type { JobDesk, JobEnd } from "./jobs.ts";

/** A walk through a building, with its stairs. */
const WALK_MS = 30 * 60_000;
/** Devices that are told to blink or beep at a time: the gateway has other commands to carry out too. */
const AT_ONCE = 4;
/** What is seen of them changes no more often than this: of thousands each look costs. */
const SHOW_MS = 500;

/** `onEnded` is called for each as soon as it ended, so that what was tested outlives the rest; not for those the signal cut short. */
export async function testMany(
  parts: DeviceTestParts,
  devices: readonly Device[],
  by: string,
  desk: JobDesk,
  onEnded: (id: string, end: JobEnd & { readonly result: TestResult }) => Promise<void>,
): Promise<JobEnd> {
  const under = new Map<string, TestResult>();
  let [passed, ended] = [0, 0];
  const tell = () => {
    const left = devices.length - ended;
    desk.at(devices.length === 0 ? 1 : ended / devices.length, {
      en: `${passed} passed, ${left} left: use each of them now, in any order.`,
      zh: `${passed}台已通过，还有${left}台：请逐一使用，先后不限。`,
    });
    showSoon();
  };
  let cancelShow: (() => void) | undefined;
  const showSoon = () => {
    cancelShow ??= parts.clock.after(SHOW_MS, () => {
      cancelShow = undefined;
      desk.show({ devices: Object.fromEntries(under) });
    });
  };
  const oneOfMany = { ...parts, inTurn: turns(AT_ONCE, desk.signal) };
  const testOne = async (device: Device) => {
    const own: JobDesk = {
      signal: desk.signal,
      at: () => {},
      hold: () => {},
      show: (result) => {
        under.set(device.id, result as TestResult);
        showSoon();
      },
    };
    const end = await testDevice(oneOfMany, device, by, own, WALK_MS);
    if (desk.signal.aborted) return;
    await onEnded(device.id, end);
    under.delete(device.id);
    ended += 1;
    if (end.result.passed) passed += 1;
    tell();
  };
  tell();
  try {
    await Promise.all(devices.map(testOne));
  } finally {
    cancelShow?.();
  }
  const says = {
    en: `${passed} of ${devices.length} passed.`,
    zh: `${devices.length}台中${passed}台通过。`,
  };
  return { says, result: { devices: {} }, failed: passed < devices.length };
}

/** Lets so many work at a time, in the order they come. Who still waits when the signal aborts does not begin. */
function turns(atOnce: number, signal: AbortSignal): NonNullable<DeviceTestParts["inTurn"]> {
  const waiting: (() => void)[] = [];
  let free = atOnce;
  return async (work) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free -= 1;
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
