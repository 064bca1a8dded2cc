/** What a reader does that somebody can see or hear: outputs, lights, sounds, texts, as the payloads of OUT, LED, BUZ and TEXT. */
import type { ByteReader, ByteWriter } from "../bytes.ts";
import { FrameError } from "../errors.ts";
import { type Row, some, within } from "./codec.ts";

export interface OutputControl {
  readonly output: number;
  /** One of OUTPUT. */
  readonly control: number;
  readonly timerTenths: number;
}

export interface LedPattern {
  /** One of LED. */
  readonly control: number;
  readonly onTenths: number;
  readonly offTenths: number;
  /** Index into COLOURS. */
  readonly onColour: number;
  readonly offColour: number;
}

export interface LedControl {
  readonly reader: number;
  readonly led: number;
  readonly temporary: LedPattern & { readonly timerTenths: number };
  readonly permanent: LedPattern;
}

export interface BuzzerControl {
  readonly reader: number;
  /** One of TONE. */
  readonly tone: number;
  readonly onTenths: number;
  readonly offTenths: number;
  /** 0: until told otherwise. */
  readonly count: number;
}

export interface TextCommand {
  readonly kind: "text";
  readonly reader: number;
  /** One of TEXT. */
  readonly command: number;
  /** Of a temporary text. */
  readonly seconds: number;
  /** From 1. */
  readonly row: number;
  readonly column: number;
  /** ASCII. */
  readonly text: string;
}

const TEXT_MOST = 255;

function readLed(reader: ByteReader): LedControl {
  const [readerNo, led] = [reader.u8(), reader.u8()];
  const temporary = { ...readPattern(reader), timerTenths: reader.u16le() };
  return { reader: readerNo, led, temporary, permanent: readPattern(reader) };
}

function readPattern(reader: ByteReader): LedPattern {
  return {
    control: reader.u8(),
    onTenths: reader.u8(),
    offTenths: reader.u8(),
    onColour: reader.u8(),
    offColour: reader.u8(),
  };
}

function writePattern(writer: ByteWriter, pattern: LedPattern): ByteWriter {
  const { control, onTenths, offTenths, onColour, offColour } = pattern;
  return writer.u8(...bytesOf({ control, onTenths, offTenths, onColour, offColour }));
}

/** OUT. */
export const out: Row<{ readonly outputs: readonly OutputControl[] }> = {
  code: 0x68,
  name: "OUT",
  read: (r) => ({ outputs: some(r, () => ({ output: r.u8(), control: r.u8(), timerTenths: r.u16le() })) }),
  write: (w, { outputs }) => {
    for (const { output, control, timerTenths } of outputs)
      w.u8(...bytesOf({ output, control })).u16le(within(timerTenths, 0xffff, "timer"));
  },
};

/** LED. */
export const led: Row<{ readonly leds: readonly LedControl[] }> = {
  code: 0x69,
  name: "LED",
  read: (r) => ({ leds: some(r, readLed) }),
  write: (w, { leds }) => {
    for (const { reader, led, temporary, permanent } of leds) {
      writePattern(w.u8(...bytesOf({ reader, led })), temporary).u16le(within(temporary.timerTenths, 0xffff, "timer"));
      writePattern(w, permanent);
    }
  },
};

/** BUZ. */
export const buz: Row<{ readonly buzzers: readonly BuzzerControl[] }> = {
  code: 0x6a,
  name: "BUZ",
  read: (r) => ({
    buzzers: some(r, () => ({
      reader: r.u8(),
      tone: r.u8(),
      onTenths: r.u8(),
      offTenths: r.u8(),
      count: r.u8(),
    })),
  }),
  write: (w, { buzzers }) => {
    for (const { reader, tone, onTenths, offTenths, count } of buzzers)
      w.u8(...bytesOf({ reader, tone, onTenths, offTenths, count }));
  },
};

/** TEXT. */
export const text: Row<Omit<TextCommand, "kind">> = { code: 0x6b, name: "TEXT", read: readText, write: writeText };

/** One byte each, in the order of the names. */
function bytesOf(values: Readonly<Record<string, number>>): number[] {
  return Object.entries(values).map(([name, value]) => within(value, 0xff, name));
}

function readText(r: ByteReader): Omit<TextCommand, "kind"> {
  const [reader, command, seconds, row, column] = [r.u8(), r.u8(), r.u8(), r.u8(), r.u8()];
  return { reader, command, seconds, row, column, text: String.fromCharCode(...r.take(r.u8())) };
}

function writeText(w: ByteWriter, { reader, command, seconds, row, column, text }: Omit<TextCommand, "kind">): void {
  const chars = Array.from(text, (char) => char.charCodeAt(0));
  if (chars.length > TEXT_MOST || chars.some((char) => char > 0xff))
    throw new FrameError("payload", `a text has at most ${TEXT_MOST} characters of one byte each`);
  w.u8(...bytesOf({ reader, command, seconds, row, column }), chars.length, ...chars);
}
