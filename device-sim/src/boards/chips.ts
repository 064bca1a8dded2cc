/** The microcontrollers a door node is built on: memory sizes, register addresses and vectors. Source: data sheets DS40002061 (ATmega328P) and DS40002211 (ATmega2560). */
import {
  type ADCConfig,
  type AVRExternalInterrupt,
  type AVRPinChangeInterrupt,
  type AVRPortConfig,
  type AVRTimerConfig,
  adcConfig,
  INT0,
  PCINT0,
  PCINT1,
  PCINT2,
  portAConfig,
  portBConfig,
  portCConfig,
  portDConfig,
  portEConfig,
  portFConfig,
  portGConfig,
  portHConfig,
  portJConfig,
  portKConfig,
  portLConfig,
  timer0Config,
  timer1Config,
  timer2Config,
} from "avr8js";

export type ChipName = "atmega328p" | "atmega2560";

export interface Chip {
  readonly name: ChipName;
  readonly flashBytes: number;
  /** First address of RAM, behind registers and I/O. */
  readonly ramFrom: number;
  readonly ramBytes: number;
  readonly eepromBytes: number;
  readonly ports: Readonly<Record<string, AVRPortConfig>>;
  readonly timers: readonly AVRTimerConfig[];
  readonly adc: ADCConfig;
  /** Word addresses of the vectors of what we model ourselves. */
  readonly vectors: {
    readonly watchdog: number;
    readonly received: number;
    readonly dataEmpty: number;
    readonly transmitted: number;
    readonly eepromReady: number;
  };
}

/** The vectors are two words each; the data sheet counts them from 1 with reset, avr-libc from 0. */
const vector = (number: number): number => number * 2;

const ATMEGA328P: Chip = {
  name: "atmega328p",
  flashBytes: 32_768,
  ramFrom: 0x100,
  ramBytes: 2_048,
  eepromBytes: 1_024,
  ports: { B: portBConfig, C: portCConfig, D: portDConfig },
  timers: [timer0Config, timer1Config, timer2Config],
  adc: adcConfig,
  vectors: {
    watchdog: vector(6),
    received: vector(18),
    dataEmpty: vector(19),
    transmitted: vector(20),
    eepromReady: vector(22),
  },
};

const external = (index: number): AVRExternalInterrupt => ({
  ...INT0,
  EICR: index < 4 ? 0x69 : 0x6a,
  index,
  iscOffset: (index % 4) * 2,
  interrupt: vector(1 + index),
});
const pinChange = (from: AVRPinChangeInterrupt, number: number, mask = 0xff, offset = 0): AVRPinChangeInterrupt => ({
  ...from,
  pinChangeInterrupt: vector(number),
  mask,
  offset,
});

/** Without the interrupts the port of the same letter has on the 328P. */
const plain = ({ PIN, DDR, PORT }: AVRPortConfig): AVRPortConfig => ({ PIN, DDR, PORT, externalInterrupts: [] });

const PORT_B = portBConfig.PORT;
const PORT_E = portEConfig.PORT;
const PORT_H = portHConfig.PORT;
const PORT_L = portLConfig.PORT;

/** The 16-bit timers of the 2560 have a third comparator. */
const WITH_C = { OCFC: 8, OCIEC: 8 } as const;

/** A further 16-bit timer, its registers as timer 1's but from another address on. */
const timer16 = (
  registers: number,
  TIFR: number,
  TIMSK: number,
  capture: number,
  [port, ...pins]: readonly [number, number, number, number],
): AVRTimerConfig => ({
  ...timer1Config,
  ...WITH_C,
  TIFR,
  TIMSK,
  TCCRA: registers,
  TCCRB: registers + 1,
  TCCRC: registers + 2,
  TCNT: registers + 4,
  ICR: registers + 6,
  OCRA: registers + 8,
  OCRB: registers + 10,
  OCRC: registers + 12,
  captureInterrupt: vector(capture),
  compAInterrupt: vector(capture + 1),
  compBInterrupt: vector(capture + 2),
  compCInterrupt: vector(capture + 3),
  ovfInterrupt: vector(capture + 4),
  compPortA: port,
  compPortB: port,
  compPortC: port,
  compPinA: pins[0],
  compPinB: pins[1],
  compPinC: pins[2],
  externalClockPort: 0,
});

const ATMEGA2560: Chip = {
  name: "atmega2560",
  flashBytes: 262_144,
  ramFrom: 0x200,
  ramBytes: 8_192,
  eepromBytes: 4_096,
  ports: {
    A: portAConfig,
    B: { ...portBConfig, pinChange: pinChange(PCINT0, 9) },
    C: plain(portCConfig),
    D: { ...plain(portDConfig), externalInterrupts: [0, 1, 2, 3].map(external) },
    E: {
      ...portEConfig,
      pinChange: pinChange(PCINT1, 10, 0x01),
      externalInterrupts: [null, null, null, null, ...[4, 5, 6, 7].map(external)],
    },
    F: portFConfig,
    G: portGConfig,
    H: portHConfig,
    J: { ...portJConfig, pinChange: pinChange(PCINT1, 10, 0x7f, 1) },
    K: { ...portKConfig, pinChange: pinChange(PCINT2, 11) },
    L: portLConfig,
  },
  timers: [
    {
      ...timer0Config,
      compAInterrupt: vector(21),
      compBInterrupt: vector(22),
      ovfInterrupt: vector(23),
      compPortA: PORT_B,
      compPinA: 7,
      compPortB: portGConfig.PORT,
      compPinB: 5,
    },
    timer16(0x80, 0x36, 0x6f, 16, [PORT_B, 5, 6, 7]),
    {
      ...timer2Config,
      compAInterrupt: vector(13),
      compBInterrupt: vector(14),
      ovfInterrupt: vector(15),
      compPortA: PORT_B,
      compPinA: 4,
      compPortB: PORT_H,
      compPinB: 6,
    },
    timer16(0x90, 0x38, 0x71, 31, [PORT_E, 3, 4, 5]),
    timer16(0xa0, 0x39, 0x72, 41, [PORT_H, 3, 4, 5]),
    timer16(0x120, 0x3a, 0x73, 46, [PORT_L, 3, 4, 5]),
  ],
  adc: { ...adcConfig, adcInterrupt: vector(29), numChannels: 16, muxInputMask: 0x27, muxChannels: channels2560() },
  vectors: {
    watchdog: vector(12),
    received: vector(25),
    dataEmpty: vector(26),
    transmitted: vector(27),
    eepromReady: vector(30),
  },
};

/** Channels 8 to 15 are chosen with MUX5. */
function channels2560(): ADCConfig["muxChannels"] {
  const low = adcConfig.muxChannels;
  const channel = (number: number) => ({ ...low[0], channel: number }) as (typeof low)[number];
  return Object.fromEntries(
    Array.from({ length: 16 }, (_, number) => [number < 8 ? number : 0x20 + number - 8, channel(number)]),
  );
}

export const CHIPS: Readonly<Record<ChipName, Chip>> = { atmega328p: ATMEGA328P, atmega2560: ATMEGA2560 };
