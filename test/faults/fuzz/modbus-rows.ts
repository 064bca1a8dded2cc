/** Modbus, turnstiles and a people counter: what the line and the codecs make of a stranger's bytes. */
import {
  crc16Modbus,
  decodeAcAtri,
  decodeMbap,
  decodeModbusReply,
  decodeModbusRequest,
  decodeRtu,
  decodeTx1500,
  decodeVs13x,
  describeModbusRtu,
  describeModbusTcp,
  encodeMbap,
  encodeModbusReply,
  encodeModbusRequest,
  encodeRtu,
  encodeVs13x,
  FrameError,
  type Framing,
  fromHex,
  InvariantError,
  modbusRtuFraming,
  modbusRtuSlaveFraming,
  modbusTcpFraming,
  Splitter,
  toHex,
} from "@gatehouse/protocol";
import type { FuzzRow } from "./row.ts";

const PDUS = [
  "03 00 00 00 02",
  "03 04 00 03 55 71",
  "04 00 00 00 01",
  "04 02 00 01",
  "02 00 00 00 08",
  "02 01 01",
  "01 01 2C",
  "05 00 01 FF 00",
  "06 00 15 01 01",
  "0F 00 00 00 0A 02 CD 01",
  "0F 00 00 00 0A",
  "10 00 15 00 01 02 05 01",
  "10 00 15 00 01",
  "83 02",
  "85 06",
].map(fromHex);

const rtuFrames = PDUS.map((pdu, i) => encodeRtu({ unit: 1 + (i % 5), pdu }));
const tcpFrames = PDUS.map((pdu, i) => encodeMbap({ transaction: i, unit: 1, pdu }));

function repairRtu(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  if (copy.length < 4) return copy;
  const crc = crc16Modbus(copy.subarray(0, -2));
  copy.set([crc & 0xff, crc >>> 8], copy.length - 2);
  return copy;
}

function repairTcp(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  if (copy.length > 6) copy.set([0, 0, (copy.length - 6) >>> 8, (copy.length - 6) & 0xff], 2);
  return copy;
}

/** What can be read is written as the same bytes. Throws the last refusal when neither side can read it. */
function codec(pdu: Uint8Array): void {
  let refusal: FrameError | undefined;
  const same = (again: Uint8Array) => {
    // Bits behind the quantity are padding, which is written as zeros.
    if (pdu[0] !== 15 && toHex(again) !== toHex(pdu))
      throw new InvariantError(`${toHex(pdu)} written as ${toHex(again)}`);
  };
  for (const way of [
    () => same(encodeModbusRequest(decodeModbusRequest(pdu))),
    () => same(encodeModbusReply(decodeModbusReply(pdu))),
  ]) {
    try {
      way();
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      refusal = error;
    }
  }
  if (refusal !== undefined) throw refusal;
}

function line(
  framings: readonly Framing[],
  unwrap: (bytes: Uint8Array) => Uint8Array,
  describe: (bytes: Uint8Array) => void,
) {
  return (bytes: Uint8Array): void => {
    for (const framing of framings) {
      const splitter = new Splitter(framing);
      for (const piece of [...splitter.push(bytes), ...splitter.flush()]) {
        describe(piece.bytes);
        if (piece.kind === "frame") codec(unwrap(piece.bytes));
      }
    }
  };
}

const rtuLine = line(
  [modbusRtuFraming, modbusRtuSlaveFraming],
  (bytes) => decodeRtu(bytes).pdu,
  (bytes) => {
    describeModbusRtu(bytes, "rx");
    describeModbusRtu(bytes, "tx");
  },
);
const tcpLine = line(
  [modbusTcpFraming],
  (bytes) => decodeMbap(bytes).pdu,
  (bytes) => {
    describeModbusTcp(bytes, "rx");
    describeModbusTcp(bytes, "tx");
  },
);

/** A good frame's way through a driver: replies, and what is no reply. */
const through = (framing: Framing, unwrap: (bytes: Uint8Array) => Uint8Array) => (bytes: Uint8Array) => {
  for (const piece of new Splitter(framing).push(bytes)) {
    const pdu = unwrap(piece.bytes);
    const isRequest = pdu.length === 5 && (pdu[0] as number) < 5 && (pdu[1] as number) !== pdu.length - 2;
    if (isRequest || (pdu[0] as number) > 14) decodeModbusRequestOrReply(pdu);
    else decodeModbusReply(pdu);
  }
};

function decodeModbusRequestOrReply(pdu: Uint8Array): void {
  if (pdu.length === 5 && (pdu[0] as number) > 14) decodeModbusReply(pdu);
  else if ((pdu[0] as number) < 17) decodeModbusRequest(pdu);
  else decodeModbusReply(pdu);
}

export const MODBUS_ROWS: readonly FuzzRow[] = [
  {
    name: "modbus-rtu",
    seeds: rtuFrames,
    framing: modbusRtuFraming,
    repair: repairRtu,
    run: rtuLine,
    decode: through(modbusRtuFraming, (bytes) => decodeRtu(bytes).pdu),
  },
  {
    name: "modbus-tcp",
    seeds: tcpFrames,
    repair: repairTcp,
    run: tcpLine,
    decode: through(modbusTcpFraming, (bytes) => decodeMbap(bytes).pdu),
  },
  { name: "modbus-pdu", seeds: PDUS, run: codec },
  {
    name: "turnstile",
    seeds: ["EB014000AA", "EB014300A9", "0202004848", "0203004C4805", "0202000606"].map(fromHex),
    run: (bytes) => {
      if (bytes[0] === 0xeb) decodeAcAtri(bytes);
      else decodeTx1500(bytes);
    },
  },
  {
    name: "people-counter-vs13x",
    seeds: ["03d24800000004d2c8000000", "0ecc05000700", "0fe302100709"].map(fromHex),
    run: (bytes) => {
      encodeVs13x(decodeVs13x(bytes));
    },
  },
];
