/** The board's UART: a transmitter with one byte of room, a receiver with two and its shift register, errors as the hardware has them. avr8js has no FIFO, no overrun and loses flags. */
import type { CPU } from "avr8js";
import type { Interrupt } from "./interrupt.ts";

const RXC = 0x80;
const TXC = 0x40;
const UDRE = 0x20;
const FE = 0x10;
const DOR = 0x08;
const U2X = 0x02;
const MPCM = 0x01;
const RXEN = 0x10;
const TXEN = 0x08;
const UCSZ2 = 0x04;
const USBS = 0x08;
const UPM1 = 0x20;

/** UART0 stands at the same addresses in both chips. */
const UCSRA = 0xc0;
const UCSRB = 0xc1;
const UCSRC = 0xc2;
const UBRRL = 0xc4;
const UBRRH = 0xc5;
const UDR = 0xc6;
const EIGHT_BITS = 0x06;

/** Two in the buffer, one in the shift register. */
const ROOM = 3;

export interface UartVectors {
  readonly received: number;
  readonly dataEmpty: number;
  readonly transmitted: number;
}

/** A character as it lies on the line. */
export interface Character {
  readonly byte: number;
  /** Cycles one of its bits takes. */
  readonly bitCycles: number;
}

interface Heard {
  readonly byte: number;
  readonly flags: number;
}

export class Uart {
  readonly #cpu: CPU;
  /** A character left the board in full. */
  readonly #sent: (character: Character) => void;
  readonly #heard: Heard[] = [];
  readonly #rx: Interrupt;
  readonly #empty: Interrupt;
  readonly #tx: Interrupt;
  #shifting = false;
  #next: number | undefined;
  /** Bytes the board was too slow to take. */
  overruns = 0;

  constructor(cpu: CPU, vectors: UartVectors, sent: (character: Character) => void) {
    this.#cpu = cpu;
    this.#sent = sent;
    const interrupt = (address: number, mask: number, level: boolean) => ({
      address,
      flagRegister: UCSRA,
      flagMask: mask,
      enableRegister: UCSRB,
      enableMask: mask,
      constant: level,
    });
    this.#rx = interrupt(vectors.received, RXC, true);
    this.#empty = interrupt(vectors.dataEmpty, UDRE, true);
    this.#tx = interrupt(vectors.transmitted, TXC, false);
    cpu.data[UCSRA] = UDRE;
    cpu.data[UCSRC] = EIGHT_BITS;
    cpu.writeHooks[UCSRA] = (value) => {
      if (value & TXC) cpu.clearInterrupt(this.#tx);
      cpu.data[UCSRA] = (this.#register(UCSRA) & ~(U2X | MPCM)) | (value & (U2X | MPCM));
      return true;
    };
    cpu.writeHooks[UCSRB] = (value) => {
      cpu.data[UCSRB] = value;
      if (!(value & RXEN)) this.#heard.length = 0;
      cpu.updateInterruptEnable(this.#tx, value);
      this.#show();
      return true;
    };
    cpu.readHooks[UDR] = () => {
      const byte = this.#heard.shift()?.byte ?? 0;
      this.#show();
      return byte;
    };
    cpu.writeHooks[UDR] = (value) => {
      this.#send(value);
      return true;
    };
  }

  /** The stop bit of a character has passed. */
  hear({ byte, bitCycles }: Character): void {
    if (!(this.#register(UCSRB) & RXEN)) return;
    const { byte: sampled, framed } = sample(byte, bitCycles, this.bitCycles);
    const overrun = this.#heard.length === ROOM;
    if (overrun) this.overruns += 1;
    const flags = (framed ? 0 : FE) | (overrun ? DOR : 0);
    if (overrun) this.#heard.pop();
    this.#heard.push({ byte: sampled, flags });
    this.#show();
  }

  get bitCycles(): number {
    const divisor = (this.#register(UBRRH) & 0x0f) * 0x100 + this.#register(UBRRL) + 1;
    return divisor * (this.#register(UCSRA) & U2X ? 8 : 16);
  }

  get #characterBits(): number {
    const format = this.#register(UCSRC);
    const size = this.#register(UCSRB) & UCSZ2 ? 9 : 5 + ((format >> 1) & 3);
    return 1 + size + (format & UPM1 ? 1 : 0) + (format & USBS ? 2 : 1);
  }

  #register(address: number): number {
    return this.#cpu.data[address] as number;
  }

  #send(byte: number): void {
    if (!(this.#register(UCSRB) & TXEN) || this.#next !== undefined) return;
    if (this.#shifting) this.#next = byte;
    else this.#shift(byte);
    this.#show();
  }

  #shift(byte: number): void {
    this.#shifting = true;
    const { bitCycles } = this;
    this.#cpu.addClockEvent(() => {
      this.#sent({ byte, bitCycles });
      const next = this.#next;
      this.#next = undefined;
      this.#shifting = false;
      if (next !== undefined) this.#shift(next);
      else this.#cpu.setInterruptFlag(this.#tx);
      this.#show();
    }, bitCycles * this.#characterBits);
  }

  /** Flags follow the buffers; received and empty are levels, and ask for as long as they hold. */
  #show(): void {
    const { data } = this.#cpu;
    const [head] = this.#heard;
    const flags = (head === undefined ? 0 : RXC | head.flags) | (this.#next === undefined ? UDRE : 0);
    data[UCSRA] = (this.#register(UCSRA) & (TXC | U2X | MPCM)) | flags;
    for (const interrupt of [this.#rx, this.#empty]) {
      const asks = (flags & interrupt.flagMask & this.#register(UCSRB)) !== 0;
      if (asks) this.#cpu.queueInterrupt(interrupt);
      else this.#cpu.clearInterrupt(interrupt, false);
    }
  }
}

/** What a receiver makes of a character of another rate: it looks once in the middle of each of its own bits. */
export function sample(byte: number, senderBit: number, receiverBit: number): { byte: number; framed: boolean } {
  const levelAt = (bit: number): boolean => {
    const index = Math.floor(((bit + 0.5) * receiverBit) / senderBit);
    if (index === 0) return false;
    return index > 8 || ((byte >> (index - 1)) & 1) === 1;
  };
  let sampled = 0;
  for (let bit = 0; bit < 8; bit++) if (levelAt(bit + 1)) sampled |= 1 << bit;
  return { byte: sampled, framed: levelAt(9) };
}
