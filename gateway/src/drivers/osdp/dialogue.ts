/** OSDP as the bus doctor shows it. */
import { decodeOsdpFrame, describeOsdp, maskedOsdpHex, OSDP_BROADCAST, osdpFraming } from "@gatehouse/protocol";
import type { LineProtocol } from "../../core/ports.ts";

export const osdpDialogue: LineProtocol = {
  framing: osdpFraming(),
  describe: describeOsdp,
  hex: maskedOsdpHex,
  address: (frame) => {
    const { address } = decodeOsdpFrame(frame);
    return address === OSDP_BROADCAST ? undefined : String(address);
  },
  judge: (frame) => (decodeOsdpFrame(frame).reply ? "device" : "master"),
};
