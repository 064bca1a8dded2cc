/**
 * The library writes requests and reads replies; our line carries them. It is given a port that only catches its bytes, so that opening, deadlines,
 * repeats and loss stay with the bus; one client a question, so that an answer that comes late meets no other question.
 */
import { EventEmitter } from "node:events";
import {
  decodeMbap,
  decodeModbusReply,
  decodeModbusRequest,
  decodeRtu,
  encodeMbap,
  encodeRtu,
  FrameError,
  type Framing,
  InvariantError,
  modbusExceptionText,
  modbusRtuFraming,
  modbusTcpFraming,
  type Piece,
  RejectedError,
} from "@gatehouse/protocol";
import type { ModbusRTU, NodeStyleCallback } from "modbus-serial/ModbusRTU.js";
import type { Question } from "../line/bus.ts";

export type { ModbusRTU } from "modbus-serial/ModbusRTU.js";

/** One call of the library: it writes its request at once and calls `next` when the reply is given to it. */
export type LibraryCall<Answer> = (client: ModbusRTU, next: NodeStyleCallback<Answer>) => void;

export interface ModbusWire {
  readonly framing: Framing;
  readonly replyMs: number;
  /** Never repeated by the bus: RTU answers do not say what they answer, so whoever asks again must know what is still on its way. */
  ask<Answer>(unit: number, call: LibraryCall<Answer>): Question<Answer>;
  /** What a good frame nobody asked for says: only another master sends requests. */
  judge(frame: Uint8Array): "master" | "device";
}

export interface WireOptions {
  readonly mode: "rtu" | "tcp";
  readonly replyMs: number;
}

type ClientClass = new (port: unknown) => ModbusRTU;

/** Loaded with the first Modbus line of a site: the library brings all of serialport along. */
export async function openWire({ mode, replyMs }: WireOptions): Promise<ModbusWire> {
  const Client = (await import("modbus-serial")).default as unknown as ClientClass;
  let transaction = 0;
  return {
    framing: mode === "rtu" ? modbusRtuFraming : modbusTcpFraming,
    replyMs,
    ask<Answer>(unit: number, call: LibraryCall<Answer>): Question<Answer> {
      const { request, read } = prepare(Client, unit, call);
      transaction = (transaction + 1) & 0xffff;
      const dress = mode === "rtu" ? { request, undress: ownRtu(request) } : inMbap(request, transaction);
      const hear = (piece: Piece): Answer | undefined => {
        const reply = piece.kind === "frame" ? dress.undress(piece.bytes) : undefined;
        return reply === undefined ? undefined : read(reply);
      };
      return { request: dress.request, replyMs, retries: 0, hear };
    },
    judge: mode === "rtu" ? judgeRtu : () => "device",
  };
}

/** A late reply can have the form of a request by chance, and the reply to a write has it always: only clear requests count. */
export function judgeRtu(frame: Uint8Array): "master" | "device" {
  const { pdu } = decodeRtu(frame);
  if ((pdu[0] as number) > 4 || canDecode(() => decodeModbusReply(pdu))) return "device";
  return canDecode(() => decodeModbusRequest(pdu)) ? "master" : "device";
}

function canDecode(decode: () => unknown): boolean {
  try {
    decode();
    return true;
  } catch (error) {
    if (error instanceof FrameError) return false;
    throw error;
  }
}

interface Prepared<Answer> {
  readonly request: Uint8Array;
  /** The answer in a reply of this unit and function. Throws RejectedError for an exception, FrameError for what does not fit. */
  read(reply: Uint8Array): Answer;
}

interface Outcome<Answer> {
  readonly error: Error | null | undefined;
  readonly answer: Answer;
}

function prepare<Answer>(Client: ClientClass, unit: number, call: LibraryCall<Answer>): Prepared<Answer> {
  let request: Uint8Array | undefined;
  let outcome: Outcome<Answer> | undefined;
  const port = Object.assign(new EventEmitter(), {
    isOpen: true,
    open: (done: () => void) => done(),
    close: (done?: () => void) => done?.(),
    write: (bytes: Uint8Array) => {
      request = bytes;
    },
  });
  const client = new Client(port);
  client.open(() => {});
  call(client, (error, answer) => {
    outcome = { error, answer };
  });
  if (request === undefined) throw new InvariantError(`modbus-serial wrote no request: ${String(outcome?.error)}`);
  return {
    request,
    read(reply) {
      // The library believes a reply's byte count and would read registers out of the checksum.
      decodeModbusReply(decodeRtu(reply).pdu);
      outcome = undefined;
      port.emit("data", Buffer.from(reply));
      if (outcome === undefined) throw new FrameError("payload", `unit ${unit}: a reply of another kind`);
      const { error, answer } = outcome as Outcome<Answer>;
      if (error === null || error === undefined) return answer;
      const { modbusCode } = error as { readonly modbusCode?: unknown };
      if (typeof modbusCode === "number") throw new RejectedError(`unit ${unit}: ${modbusExceptionText(modbusCode)}`);
      throw new FrameError("payload", `unit ${unit}: ${error.message}`, { cause: error });
    },
  };
}

/**
 * The frame, if it is the asked unit's about the asked function: not somebody else's, not our own words off an adapter that echoes. A coil or
 * register that was written is confirmed by the same words: others are the late answer to an earlier write.
 */
function ownRtu(request: Uint8Array): (frame: Uint8Array) => Uint8Array | undefined {
  const [unit, code = 0] = request;
  const isSame = (frame: Uint8Array) =>
    frame.length === request.length && frame.every((byte, i) => byte === request[i]);
  return (frame) => {
    if (frame[0] !== unit) return undefined;
    if (frame[1] === (code | 0x80)) return frame;
    const isAnswer = frame[1] === code && (code === 5 || code === 6 ? isSame(frame) : !isSame(frame));
    return isAnswer ? frame : undefined;
  };
}

function inMbap(rtu: Uint8Array, transaction: number) {
  const { unit, pdu } = decodeRtu(rtu);
  const own = ownRtu(rtu);
  return {
    request: encodeMbap({ transaction, unit, pdu }),
    undress: (bytes: Uint8Array): Uint8Array | undefined => {
      const frame = decodeMbap(bytes);
      return frame.transaction === transaction ? own(encodeRtu(frame)) : undefined;
    },
  };
}
