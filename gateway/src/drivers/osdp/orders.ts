/** What a reader is told to show, sound and switch, as OSDP commands. Pure. */
import {
  BuzzerArgs,
  COLOURS,
  type DeviceCommand,
  IdentifyArgs,
  LED,
  type LED_COLORS,
  LedArgs,
  LockArgs,
  type OsdpCommand,
  OUTPUT,
  OutputArgs,
  parseCommandArgs,
  RejectedError,
  TEXT,
  TextArgs,
  TONE,
  UnlockArgs,
} from "@gatehouse/protocol";
import type { z } from "zod";
import type { OsdpDevice, Signal } from "./config.ts";

const USUAL_LOCK = { output: 0, seconds: 5 };
const USUAL_BEAT_TENTHS = 2;
const BLINK_TENTHS = 3;
const STEADY_TENTHS = 10;
const IDENTIFY_SECONDS = 10;
const IDENTIFY_BEEPS = 5;
/** What clears a line of text: an empty text is no text for many displays. */
const BLANK = " ".repeat(16);

const tenths = (seconds: number): number => Math.max(1, Math.round(seconds * 10));
const colour = (name: (typeof LED_COLORS)[number]): number => COLOURS.indexOf(name === "off" ? "none" : name);
const NOTHING = { control: 0, onTenths: 0, offTenths: 0, onColour: 0, offColour: 0 };

/** Throws RejectedError for what a reader cannot do. In a release a lock without `seconds` stays open. */
export function ordersFor(
  { action, args }: DeviceCommand,
  device: OsdpDevice,
  isRelease = false,
): readonly OsdpCommand[] {
  const given = parseCommandArgs(action, args);
  if (!given.ok) throw new RejectedError(`${given.path}: ${given.reason}`);
  switch (action) {
    case "unlock":
      return [switchLock(UnlockArgs.parse(given.args), device, true, isRelease)];
    case "lock":
      return [switchLock(LockArgs.parse(given.args), device, false)];
    case "output":
      return [switchOutput(OutputArgs.parse(given.args))];
    case "led":
      return [light(LedArgs.parse(given.args))];
    case "buzzer":
      return [sound(BuzzerArgs.parse(given.args))];
    case "text":
      return textOrPrompt(TextArgs.parse(given.args), device);
    case "identify":
      return identify(IdentifyArgs.parse(given.args).seconds ?? IDENTIFY_SECONDS);
    case "configure":
      throw new RejectedError("configure is no order for a reader");
  }
}

function switchLock(
  { door, seconds }: z.infer<typeof UnlockArgs>,
  device: OsdpDevice,
  open: boolean,
  stays = false,
): OsdpCommand {
  if (door !== undefined && door !== 1) throw new RejectedError(`a reader has one door, not ${door}`);
  const { output, seconds: usual } = device.lock ?? USUAL_LOCK;
  if (!open) return switchOutput({ output, on: false });
  return switchOutput({ output, on: true, seconds: seconds ?? (stays ? undefined : usual) });
}

function switchOutput({ output, on, seconds }: z.infer<typeof OutputArgs>): OsdpCommand {
  if (seconds === undefined) {
    const control = on ? OUTPUT.onForGood : OUTPUT.offForGood;
    return { kind: "out", outputs: [{ output, control, timerTenths: 0 }] };
  }
  const control = on ? OUTPUT.onForTime : OUTPUT.offForTime;
  return { kind: "out", outputs: [{ output, control, timerTenths: tenths(seconds) }] };
}

/** For a while beside what it shows for good, or for good, which also ends what it shows for a while. */
function light(args: z.infer<typeof LedArgs>): OsdpCommand {
  const { color, offColor, onSeconds, offSeconds, seconds, led = 0, reader = 0 } = args;
  const blinks = onSeconds !== undefined || offSeconds !== undefined || offColor !== undefined;
  const pattern = {
    onTenths: onSeconds === undefined ? (blinks ? BLINK_TENTHS : STEADY_TENTHS) : tenths(onSeconds),
    offTenths: blinks ? (offSeconds === undefined ? BLINK_TENTHS : tenths(offSeconds)) : 0,
    onColour: colour(color),
    offColour: colour(offColor ?? (blinks ? "off" : color)),
  };
  if (seconds === undefined) {
    const temporary = { ...NOTHING, control: LED.temporaryCancel, timerTenths: 0 };
    return { kind: "led", leds: [{ reader, led, temporary, permanent: { ...pattern, control: LED.permanentSet } }] };
  }
  const temporary = { ...pattern, control: LED.temporarySet, timerTenths: tenths(seconds) };
  return { kind: "led", leds: [{ reader, led, temporary, permanent: NOTHING }] };
}

function sound({ on = true, onSeconds, offSeconds, times, reader = 0 }: z.infer<typeof BuzzerArgs>): OsdpCommand {
  if (!on) return { kind: "buz", buzzers: [{ reader, tone: TONE.off, onTenths: 0, offTenths: 0, count: 0 }] };
  const onTenths = onSeconds === undefined ? USUAL_BEAT_TENTHS : tenths(onSeconds);
  const offTenths = offSeconds === undefined ? USUAL_BEAT_TENTHS : tenths(offSeconds);
  return { kind: "buz", buzzers: [{ reader, tone: TONE.standard, onTenths, offTenths, count: times ?? 1 }] };
}

/** A text without an end is a prompt, where one is set up; an empty text clears it. */
function textOrPrompt(args: z.infer<typeof TextArgs>, { feedback }: OsdpDevice): readonly OsdpCommand[] {
  const { text, seconds, row = 1, column = 1, reader = 0 } = args;
  if (!/^[ -~]*$/.test(text)) throw new RejectedError(`readers show ASCII only, not "${text}"`);
  const command = seconds === undefined ? TEXT.permanent : TEXT.temporary;
  const shown: OsdpCommand = {
    kind: "text",
    reader,
    command,
    seconds: seconds === undefined ? 0 : Math.min(255, Math.max(1, Math.round(seconds))),
    row,
    column,
    text: text === "" ? BLANK : text,
  };
  if (feedback.prompt === undefined || seconds !== undefined) return [shown];
  if (text === "") return [shown, light({ color: "off" }), sound({ on: false })];
  return [shown, ...signal({ ...feedback.prompt, text: undefined }, true)];
}

function identify(seconds: number): readonly OsdpCommand[] {
  return [
    light({ color: "amber", onSeconds: 0.3, offSeconds: 0.3, seconds }),
    sound({ onSeconds: 0.2, offSeconds: 0.8, times: IDENTIFY_BEEPS }),
  ];
}

/** A signal of the site file as commands; `lasting` until it is cleared. */
export function signal({ led, blink, seconds, beeps, text }: Signal, lasting = false): readonly OsdpCommand[] {
  const beat = blink ? { onSeconds: 0.3, offSeconds: 0.3 } : {};
  const orders: OsdpCommand[] = [];
  if (led !== undefined) orders.push(light({ color: led, ...beat, ...(lasting ? {} : { seconds }) }));
  if (beeps !== 0) {
    const count = beeps === "repeat" ? 0 : beeps;
    orders.push({ kind: "buz", buzzers: [{ reader: 0, tone: TONE.standard, onTenths: 2, offTenths: 3, count }] });
  }
  if (text !== undefined)
    orders.push({
      kind: "text",
      reader: 0,
      command: lasting ? TEXT.permanent : TEXT.temporary,
      seconds: lasting ? 0 : Math.min(255, Math.ceil(seconds)),
      row: 1,
      column: 1,
      text,
    });
  return orders;
}
