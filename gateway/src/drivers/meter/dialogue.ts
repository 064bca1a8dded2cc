/** The meters' protocols as the bus doctor shows them. */
import {
  cjt188Framing,
  decodeCjt188Frame,
  decodeDlt645Frame,
  describeCjt188,
  describeDlt645,
  dlt645Control,
  dlt645Framing,
} from "@gatehouse/protocol";
import type { LineProtocol } from "../../core/ports.ts";

/** Wildcards and broadcasts name nobody. */
const single = (address: string): string | undefined =>
  /^\d+$/.test(address) && !/^9+$/.test(address) ? address : undefined;

export const dlt645Dialogue: LineProtocol = {
  framing: dlt645Framing,
  describe: describeDlt645,
  address: (frame) => single(decodeDlt645Frame(frame).address),
  judge: (frame) => (dlt645Control(decodeDlt645Frame(frame).control).fromMeter ? "device" : "master"),
};

export const cjt188Dialogue: LineProtocol = {
  framing: cjt188Framing,
  describe: describeCjt188,
  address: (frame) => single(decodeCjt188Frame(frame).address),
  judge: (frame) => ((decodeCjt188Frame(frame).control & 0x80) === 0 ? "master" : "device"),
};
