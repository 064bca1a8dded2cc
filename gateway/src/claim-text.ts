/** How a claim code is shown on the box: as words, as an address, and as a QR code for a phone. */
import type { OpenClaim } from "./console/accounts/claim.ts";

export interface ClaimText {
  readonly code: string;
  readonly minutes: number;
  /** Opens the page with the code filled in; the code is behind `#`, so no server logs it. */
  readonly link: string;
  /** All of it for a terminal or a file. */
  readonly text: string;
}

export async function claimText(url: string, { code, minutes }: OpenClaim): Promise<ClaimText> {
  const link = `${url}#/?claim=${code}`;
  const qrcode = await import("qrcode");
  const qr = await qrcode.toString(link, { type: "utf8", errorCorrectionLevel: "L", margin: 2 });
  const text = `This box is not claimed yet 此网关尚未认领
open 打开      ${url}
claim code 认领码  ${code}
It is good once, for ${minutes} minutes; a new one: gatehouse user claim 有效 ${minutes} 分钟，仅一次
The browser warns of the certificate until the box's own authority is trusted: ${url}gatehouse-ca.crt

${qr}
`;
  return { code, minutes, link, text };
}
