/** What the system, TLS and brokers say when something fails, as sentences that tell what to do. */
import type { Text } from "./said.ts";

/** By a code or by words of the message; the first that matches. */
const SYSTEM_WORDS: readonly (readonly [RegExp, Text])[] = [
  row(/\bECONNREFUSED\b/, "nothing listens there: check address and port", "对方没有程序监听：请检查地址和端口"),
  row(
    /\bENOTFOUND\b/,
    "nobody knows that name: check it, or write the address",
    "无法解析该名称：请检查名称，或改写IP地址",
  ),
  row(/\bEAI_AGAIN\b/, "names cannot be looked up now: check the name server", "暂时无法解析名称：请检查DNS设置"),
  row(
    /\b(EHOSTUNREACH|ENETUNREACH)\b/,
    "there is no way to it: check network and power",
    "网络不可达：请检查网络和供电",
  ),
  row(/\b(ECONNRESET|EPIPE)\b|socket hang up/, "the other side dropped the connection", "对方断开了连接"),
  row(
    /\bETIMEDOUT\b|timed? ?out/i,
    "the other side is silent: check network and power",
    "对方没有回应：请检查网络和供电",
  ),
  row(
    /\bEADDRINUSE\b/,
    "another program has that port: choose another, or end it",
    "端口已被其他程序占用：请换端口，或停止该程序",
  ),
  row(/\bEADDRNOTAVAIL\b/, "that address is none of this machine", "该地址不属于本机：请改正地址"),
  row(/\b(EACCES|EPERM)\b|permission denied/i, "this user may not do that", "当前用户没有权限"),
  row(/\bENOENT\b|no such file/i, "it is not there: check the path", "文件不存在：请检查路径"),
  row(/\bEISDIR\b/, "it is a folder: name a file", "这是目录：请指定文件"),
  row(/\bENOTDIR\b/, "a part of the path is no folder: check it", "路径的一部分不是目录：请检查路径"),
  row(/\bEEXIST\b/, "it is there already", "已经存在"),
  row(/\bENOSPC\b|disk is full/, "the disk is full: make room", "磁盘已满：请腾出空间"),
  row(/\b(EROFS)\b/, "the disk is read only: check it", "磁盘为只读：请检查磁盘"),
  row(/\b(EIO|SQLITE_IOERR)\b/, "the disk fails: check it and its cable", "磁盘出错：请检查磁盘和连接线"),
  row(/\b(EMFILE|ENFILE)\b/, "too many files are open: start the gateway anew", "打开的文件太多：请重新启动网关"),
  row(/altname/i, "its certificate has another name: write that one", "证书中的名称不符：请改用证书中的名称"),
  row(
    /certificate has expired/i,
    "renew its certificate, or check the clock",
    "证书已过期：请更新证书，或检查本机时钟",
  ),
  row(/certificate is not yet valid/i, "check the clock of this machine", "证书尚未生效：请检查本机时钟"),
  row(
    /self.signed certificate|unable to (verify|get)[\w ]*(certificate|issuer)/i,
    "name the authority that signed its certificate",
    "证书不受信任：请指定签发其证书的机构",
  ),
  row(
    /wrong version number|packet length too long/i,
    "what listens there does not speak TLS",
    "对方不使用TLS：请检查端口",
  ),
  row(
    /handshake failure|alert number \d+|EPROTO/i,
    "the TLS handshake fails: check certificates",
    "TLS握手失败：请检查双方证书",
  ),
  row(
    /bad user ?name or password|authorization violation|authentication/i,
    "user name or password is wrong: correct them",
    "用户名或密码错误：请改正",
  ),
  row(
    /not authori[sz]ed/i,
    "this account may not do that: ask who runs the broker",
    "此账号没有权限：请联系对方管理员",
  ),
  row(/identifier rejected/i, "the broker does not take this client id", "消息服务不接受此客户端编号"),
  row(/server unavailable/i, "the broker takes no connections now", "消息服务暂时不可用"),
];

function row(pattern: RegExp, en: string, zh: string): readonly [RegExp, Text] {
  return [pattern, { en, zh }];
}

export const systemWords = (said: string): Text | undefined =>
  SYSTEM_WORDS.find(([pattern]) => pattern.test(said))?.[1];
