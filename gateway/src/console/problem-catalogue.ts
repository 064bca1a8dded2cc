/** Everything the console can refuse with: a stable code, its status, and a sentence in two languages with what to do about it. */

interface Sentence {
  readonly zh: string;
  readonly en: string;
}

export interface CatalogueEntry {
  readonly status: number;
  readonly message: Sentence;
  readonly fix?: Sentence;
}

const entry = (status: number, message: Sentence, fix?: Sentence): CatalogueEntry =>
  fix === undefined ? { status, message } : { status, message, fix };

/** `{name}` in a sentence is filled in from the refusal's values. */
export const PROBLEMS = {
  invalid: entry(
    400,
    { zh: "请求中有不正确的内容。", en: "Something in the request is wrong." },
    { zh: "请按 problems 中列出的位置逐项改正。", en: "Correct what `problems` names, place by place." },
  ),
  "config-invalid": entry(
    422,
    { zh: "内容不能使用，需要修改。", en: "This cannot be used as it is." },
    { zh: "请按 problems 中的建议修改后重试。", en: "Change what `problems` names, then try again." },
  ),
  "not-json": entry(
    400,
    { zh: "请求的内容不是有效的 JSON。", en: "The body is no valid JSON." },
    { zh: "请以 application/json 发送有效的 JSON。", en: "Send valid JSON as application/json." },
  ),
  "wrong-type": entry(
    415,
    { zh: "不接受这种类型的内容：{type}。", en: "Content of the type {type} is not taken here." },
    { zh: "可用的类型：{types}。", en: "Types that are taken: {types}." },
  ),
  "too-large": entry(
    413,
    { zh: "内容太大。", en: "The body is too large." },
    { zh: "最多 {bytes} 字节。", en: "At most {bytes} bytes are taken." },
  ),
  "not-found": entry(
    404,
    { zh: "没有这个地址。", en: "There is nothing at this address." },
    { zh: "接口列表见 /api/1/openapi.json。", en: "What there is stands in /api/1/openapi.json." },
  ),
  "wrong-method": entry(
    405,
    { zh: "这个地址不接受 {method} 请求。", en: "This address takes no {method}." },
    { zh: "可用的方法：{methods}。", en: "It takes: {methods}." },
  ),
  "not-http": entry(
    400,
    { zh: "请求不是完整有效的 HTTP。", en: "This is no whole and valid HTTP request." },
    { zh: "请用浏览器或常用的 HTTP 程序重新发送。", en: "Send it again with a browser or a common HTTP client." },
  ),
  "headers-too-large": entry(
    431,
    { zh: "请求的地址或请求头太长。", en: "The address or the headers of the request are too long." },
    { zh: "请缩短地址，或清除浏览器中此网关的 Cookie。", en: "Shorten the address, or clear this box's cookies." },
  ),
  "too-slow": entry(
    408,
    { zh: "请求没有按时到齐。", en: "The request did not arrive in time." },
    { zh: "请检查网络后重新发送。", en: "Look at the network, then send it again." },
  ),
  unknown: entry(
    404,
    { zh: "没有“{id}”。", en: 'There is no "{id}".' },
    { zh: "它可能已被删除；请刷新列表。", en: "It may have been removed: look at the list again." },
  ),
  "not-built": entry(501, { zh: "此版本没有这项功能。", en: "This release does not do that." }),
  "sign-in": entry(
    401,
    { zh: "请先登录。", en: "Nobody is signed in." },
    { zh: "登录后重试；会话可能已超时。", en: "Sign in and try again: the session may have timed out." },
  ),
  forbidden: entry(
    403,
    { zh: "您的角色不能这样做。", en: "Your role may not do this." },
    { zh: "需要的角色：{roles}。请联系技术人员。", en: "It takes one of: {roles}. Ask a technician." },
  ),
  "change-password": entry(
    403,
    { zh: "请先修改密码。", en: "Your password must be changed first." },
    {
      zh: "用 PUT /api/1/session/password 设置自己的密码。",
      en: "Set one of your own with PUT /api/1/session/password.",
    },
  ),
  "wrong-csrf": entry(
    403,
    { zh: "请求缺少本次会话的防伪标记。", en: "The request does not carry this session's CSRF token." },
    {
      zh: "把 GET /api/1/session 返回的 csrf 放入 x-gatehouse-csrf 头。",
      en: "Put `csrf` of GET /api/1/session into the header x-gatehouse-csrf.",
    },
  ),
  "foreign-origin": entry(
    403,
    { zh: "请求来自其他网站，已拒绝。", en: "The request comes from another site and is refused." },
    { zh: "请直接打开网关的页面。", en: "Open the gateway's own page." },
  ),
  "wrong-host": entry(
    421,
    { zh: "网关不使用这个名称。", en: "This gateway does not go by that name." },
    {
      zh: "请用它的 IP 地址打开，或把名称写入站点文件的 console.hosts。",
      en: "Open it by its IP address, or add the name to console.hosts in the site file.",
    },
  ),
  "too-many-requests": entry(
    429,
    { zh: "请求过于频繁。", en: "Too many requests." },
    { zh: "请在 {seconds} 秒后重试。", en: "Try again in {seconds} s." },
  ),
  "locked-out": entry(
    429,
    { zh: "登录失败次数过多，已暂停。", en: "Signing in is paused after too many failures." },
    {
      zh: "请在 {seconds} 秒后重试，或使用以前登录过的设备。",
      en: "Try again in {seconds} s, or from a device that signed in before.",
    },
  ),
  busy: entry(
    503,
    { zh: "登录请求太多，请稍候。", en: "Too many people are signing in at this moment." },
    { zh: "请在 {seconds} 秒后重试。", en: "Try again in {seconds} s." },
  ),
  "wrong-password": entry(
    401,
    { zh: "用户名、密码或动态码不正确。", en: "The name, the password or the one-time code is wrong." },
    {
      zh: "请检查大小写；忘记密码请技术人员重置。",
      en: "Check capital letters; a technician can reset a forgotten password.",
    },
  ),
  "totp-needed": entry(
    401,
    { zh: "此账号需要动态码。", en: "This account needs a one-time code." },
    { zh: "请输入验证器应用显示的六位数字。", en: "Give the six digits your authenticator app shows." },
  ),
  "wrong-old-password": entry(
    403,
    { zh: "当前密码不正确。", en: "The present password is wrong." },
    { zh: "请重新输入当前密码。", en: "Type the present password again." },
  ),
  "same-password": entry(
    409,
    { zh: "新密码与旧密码相同。", en: "The new password is the old one." },
    { zh: "请换一个密码。", en: "Choose another." },
  ),
  "weak-password": entry(
    400,
    { zh: "这个密码太容易被猜到。", en: "This password is too easy to guess." },
    {
      zh: "不要用用户名、连续或重复的字符。",
      en: "Do not use the name, runs or repeated characters.",
    },
  ),
  "wrong-code": entry(
    403,
    { zh: "动态码不正确。", en: "The one-time code is wrong." },
    {
      zh: "请核对手机与网关的时间，输入新的动态码。",
      en: "Compare the clocks of phone and gateway, and give a new code.",
    },
  ),
  "totp-not-begun": entry(
    409,
    { zh: "还没有开始设置动态码。", en: "One-time codes were not begun." },
    {
      zh: "先调用 POST /api/1/session/totp。",
      en: "Begin with POST /api/1/session/totp.",
    },
  ),
  "claim-closed": entry(
    403,
    { zh: "现在不能认领此网关。", en: "This box cannot be claimed now." },
    {
      zh: "在网关上运行 gatehouse user claim 取得新的认领码。",
      en: "Run `gatehouse user claim` on the box for a new code.",
    },
  ),
  "wrong-claim": entry(
    403,
    { zh: "认领码不正确。", en: "The claim code is wrong." },
    {
      zh: "认领码见网关启动时的输出和状态目录中的 console/claim.txt。",
      en: "The code is in the gateway's log, and in console/claim.txt in its state folder.",
    },
  ),
  "name-taken": entry(
    409,
    { zh: "已有账号“{name}”。", en: 'There is an account "{name}" already.' },
    { zh: "请换一个名称。", en: "Choose another name." },
  ),
  "last-technician": entry(
    409,
    { zh: "这是最后一个技术人员账号。", en: "This is the last technician." },
    { zh: "先设另一个技术人员账号。", en: "Make somebody else a technician first." },
  ),
  "too-many-accounts": entry(
    409,
    { zh: "账号太多。", en: "There are too many accounts." },
    { zh: "请先删除不用的账号。", en: "Delete those that are not used." },
  ),
  "job-under-way": entry(
    409,
    { zh: "同样的任务正在进行。", en: "Work of this kind is under way already." },
    { zh: "请等它完成，或先取消它。", en: "Wait until it has ended, or cancel it first." },
  ),
  "not-cancellable": entry(
    409,
    {
      zh: "现在不能取消：停在中途会造成损害。",
      en: "This cannot be cancelled now: an end in the middle would do harm.",
    },
    { zh: "请等它完成。", en: "Wait until it has ended." },
  ),
  refused: entry(409, { zh: "网关拒绝了：{reason}", en: "The gateway refuses: {reason}" }),
  conflict: entry(
    409,
    { zh: "内容已被别人修改。", en: "Somebody changed it meanwhile." },
    { zh: "请重新载入后再改。", en: "Load it again and repeat the change." },
  ),
  unavailable: entry(
    503,
    { zh: "现在做不到：{reason}", en: "That cannot be done now: {reason}" },
    { zh: "请稍后重试，并查看“健康”页面。", en: "Try again later, and look at the page on health." },
  ),
  timeout: entry(
    504,
    { zh: "没有按时得到回答：{reason}", en: "There was no answer in time: {reason}" },
    { zh: "请稍后重试，并查看“健康”页面。", en: "Try again later, and look at the page on health." },
  ),
  fault: entry(
    500,
    { zh: "程序出错，已记入日志。", en: "The program is at fault; the log has it." },
    { zh: "请把日志交给供应商。", en: "Give the log to the maker." },
  ),
} as const satisfies Readonly<Record<string, CatalogueEntry>>;

export type ProblemCode = keyof typeof PROBLEMS;

export const catalogueEntry = (code: ProblemCode): CatalogueEntry => PROBLEMS[code];
