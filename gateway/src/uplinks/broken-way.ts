/** Why a platform cannot be reached, in plain words for whoever stands before a screen and can press a button there. */
import { LinkError } from "@gatehouse/protocol";
import { said, type Text } from "../words/said.ts";
import { type BrokenWay, brokenWay } from "./link-failure.ts";

/** Where a platform's settings are changed, and whether a certificate of its authority is one of them. */
export interface Changing {
  /** The console has a form for it; else it is changed in the site file, on the page for that. */
  readonly byForm: boolean;
  readonly takesCa: boolean;
}

/** `item` as it stands in the site file. */
export function changingOf({ type, ...item }: { readonly type: string; readonly servers?: unknown }): Changing {
  const { servers } = item;
  return {
    byForm: type === "https" || type === "mqtt" || (type === "nats" && Array.isArray(servers) && servers.length === 1),
    takesCa: type !== "webhook" && type !== "wecom",
  };
}

const FORM = { en: "press Change", zh: "请点“修改”" };
const FILE = { en: "open the Configuration page", zh: "请到“配置”页" };
const NO_AUTHORITY = {
  en: "The platform's certificate is not from an authority this box knows",
  zh: "平台的证书不是本网关信任的机构签发的",
};

function noAuthority({ byForm, takesCa }: Changing): Text {
  const { en, zh } = NO_AUTHORITY;
  if (!takesCa)
    return {
      en: `${en}: ask its operator for one that browsers know too.`,
      zh: `${zh}：请平台方改用浏览器也信任的证书。`,
    };
  return byForm
    ? { en: `${en}: ${FORM.en} and paste the platform's CA certificate.`, zh: `${zh}：${FORM.zh}，粘贴平台的CA证书。` }
    : {
        en: `${en}: put the platform's CA certificate into a file on this box, and name it for this platform on the Configuration page.`,
        zh: `${zh}：请把平台的CA证书存为本网关上的文件，并在“配置”页为此平台写上该文件。`,
      };
}

function wordsOf(way: BrokenWay | "silent", changing: Changing): Text {
  const { en, zh } = changing.byForm ? FORM : FILE;
  const where = changing.byForm ? { en: "Change", zh: "“修改”" } : { en: "Configuration page", zh: "“配置”页" };
  const words: Readonly<Record<BrokenWay | "silent", Text>> = {
    "unknown-authority": noAuthority(changing),
    "other-name": {
      en: `The platform's certificate is for another name: ${en} and write the address with the name the platform gave you.`,
      zh: `平台的证书是另一个名称的：${zh}，地址改用平台给的名称。`,
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
      en: `What answers there does not encrypt: ${en} and check the port in the address.`,
      zh: `对方不使用加密：${zh}，核对地址中的端口。`,
    },
    "nobody-listens": {
      en: `Nothing answers at this address and port: ${en} and check both, or ask whether the platform is running.`,
      zh: `该地址和端口没有程序应答：${zh}核对，或询问平台是否在运行。`,
    },
    "unknown-name": {
      en: `Nobody knows the name in the address: ${en} and check it, and this network's name server.`,
      zh: `无法解析地址中的名称：${zh}核对，并检查本网络的DNS设置。`,
    },
    "no-way": {
      en: `No way leads to this address: check the network cable, the router, and the address (${where.en}).`,
      zh: `网络到不了该地址：请检查网线、路由器和地址（${where.zh}）。`,
    },
    silent: {
      en: `The platform does not answer in time: check the address (${where.en}), and whether a firewall keeps this box from it.`,
      zh: `平台没有及时应答：请核对地址（${where.zh}），并检查防火墙是否拦截了本网关。`,
    },
  };
  return words[way];
}

const TIMED_OUT: readonly unknown[] = ["ETIMEDOUT", "ESOCKETTIMEDOUT"];

export function brokenWayInWords(error: LinkError, changing: Changing): Text {
  const { cause, code } = error;
  const way = brokenWay(cause);
  if (way !== undefined) return wordsOf(way, changing);
  if (code === "timeout" || (cause instanceof Error && "code" in cause && TIMED_OUT.includes(cause.code)))
    return wordsOf("silent", changing);
  // One is made of another where the first is told by whoever waited for it.
  if (cause instanceof LinkError) return brokenWayInWords(cause, changing);
  const { en, zh } = said(error.message);
  return { en: `${en}.`, zh: `无法连接：${zh}` };
}
