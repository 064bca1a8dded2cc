/** Why a platform cannot be reached, in plain words for whoever stands before a screen and can press a button there. */
import { LinkError } from "@gatehouse/protocol";
import { said, type Text } from "../words/said.ts";
import { type BrokenWay, brokenWay } from "./link-failure.ts";

const WORDS: Readonly<Record<BrokenWay | "silent", Text>> = {
  "unknown-authority": {
    en: "The platform's certificate is not from an authority this box knows: press Change and paste the platform's CA certificate.",
    zh: "平台的证书不是本网关信任的机构签发的：请点“修改”，粘贴平台的CA证书。",
  },
  "other-name": {
    en: "The platform's certificate is for another name: press Change and write the address with the name the platform gave you.",
    zh: "平台的证书是另一个名称的：请点“修改”，地址改用平台给的名称。",
  },
  expired: {
    en: "The platform's certificate has expired: tell its operator. If it has not, the clock of this box is wrong.",
    zh: "平台的证书已过期：请告知平台方。若其实未过期，则是本网关的时钟不对。",
  },
  "not-yet-valid": {
    en: "The platform's certificate is not valid yet: check the clock of this box, or tell the platform's operator.",
    zh: "平台的证书尚未生效：请检查本网关的时钟，或告知平台方。",
  },
  "own-certificate": {
    en: "This box's own certificate for the platform, or its key, cannot be used: ask the platform's operator for them again.",
    zh: "本网关给该平台用的证书或私钥不可用：请向平台方重新索取。",
  },
  handshake: {
    en: "The platform ended the encrypted connection: it may ask for a certificate of this box. Ask its operator.",
    zh: "平台中断了加密连接，可能要求本网关出示证书：请询问平台方。",
  },
  "no-tls": {
    en: "What answers there does not encrypt: press Change and check the port in the address.",
    zh: "对方不使用加密：请点“修改”，核对地址中的端口。",
  },
  "nobody-listens": {
    en: "Nothing answers at this address and port: press Change and check both, or ask whether the platform is running.",
    zh: "该地址和端口没有程序应答：请点“修改”核对，或询问平台是否在运行。",
  },
  "unknown-name": {
    en: "Nobody knows the name in the address: press Change and check it, and this network's name server.",
    zh: "无法解析地址中的名称：请点“修改”核对，并检查本网络的DNS设置。",
  },
  "no-way": {
    en: "No way leads to this address: check the network cable, the router, and the address (Change).",
    zh: "网络到不了该地址：请检查网线、路由器和地址（“修改”）。",
  },
  silent: {
    en: "The platform does not answer in time: check the address (Change), and whether a firewall keeps this box from it.",
    zh: "平台没有及时应答：请核对地址（“修改”），并检查防火墙是否拦截了本网关。",
  },
};

const TIMED_OUT: readonly unknown[] = ["ETIMEDOUT", "ESOCKETTIMEDOUT"];

export function brokenWayInWords(error: LinkError): Text {
  const { cause, code } = error;
  const way = brokenWay(cause);
  if (way !== undefined) return WORDS[way];
  if (code === "timeout" || (cause instanceof Error && "code" in cause && TIMED_OUT.includes(cause.code)))
    return WORDS.silent;
  // One is made of another where the first is told by whoever waited for it.
  if (cause instanceof LinkError) return brokenWayInWords(cause);
  const { en, zh } = said(error.message);
  return { en: `${en}.`, zh: `无法连接：${zh}` };
}
