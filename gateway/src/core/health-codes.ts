/** What each health code means and what to do about it, for screens and for docs/health-codes.md: the one place of these words. */
export interface HealthWords {
  readonly meaning: { readonly en: string; readonly zh: string };
  readonly fix: { readonly en: string; readonly zh: string };
}

const words = (en: string, fixEn: string, zh: string, fixZh: string): HealthWords => ({
  meaning: { en, zh },
  fix: { en: fixEn, zh: fixZh },
});

/** A code is a row here: one without words does not exist. */
export const HEALTH_WORDS = {
  "driver-down": words(
    "a driver has lost its line and is being started anew",
    "check cable, power and address of the line in the site file",
    "驱动与总线的连接中断，正在重新启动",
    "检查线路、供电及站点文件中的地址",
  ),
  "driver-bug": words(
    "a driver ended by a fault of the program and is being started anew; other drivers go on",
    "report it with the log; readings of its devices are missing meanwhile",
    "驱动因程序错误退出并正在重启，其他驱动不受影响",
    "附日志报告；期间该驱动的设备无数据",
  ),
  "bus-noisy": words(
    "a line carries bytes that nobody asked for: noise, damaged frames, or a device that does not stop; the other devices are still asked",
    "check A and B, termination, shield and baud rate; `gatehouse bus` shows what is heard",
    "总线上有大量无人请求的字节：干扰、损坏的帧或不停发送的设备；其他设备仍继续轮询",
    "检查 A/B 接线、终端电阻、屏蔽层和波特率；用 `gatehouse bus` 查看内容",
  ),
  "bus-second-master": words(
    "another controller asks questions on a line of the gateway",
    "take one of the two off the line; if nobody knows the other, treat it as tampering",
    "总线上有另一个主机在发起询问",
    "只保留一个主机；来源不明时按破坏行为处理",
  ),
  "device-unknown": words(
    "something speaks that is not in the site file, or no broker account has that name",
    "add the device, or find out what it is",
    "有不在站点文件中的设备或未知账号发来数据",
    "在站点文件中添加该设备，或查明来源",
  ),
  "device-rejected": words(
    "a known device sends readings that cannot be taken; the detail says why",
    "correct the device: kind, value, clock; it hears the same on its `errors` topic",
    "已知设备的数据被拒收，详情中有原因",
    "按原因修正设备的类型、数值或时钟",
  ),
  "device-offline": words(
    "a device said goodbye or its connection was lost",
    "check its power and network",
    "设备离线",
    "检查设备供电和网络",
  ),
  "device-clock": words(
    "the clock of a device is more than a minute off; its events keep their order, their times are corrected as far as they can be",
    "set its clock, or let the driver do it where it can",
    "设备时钟偏差超过一分钟；事件顺序不受影响，时间会尽量校正",
    "校准设备时钟，或启用驱动的自动校时",
  ),
  "device-settings": words(
    "a device did not take the settings the site file has for it; it goes on with its own",
    "read the detail: wiring towards the device, or a value it does not know",
    "设备未接受站点文件中的设置，继续使用原有设置",
    "按详情检查到设备的接线或设置值",
  ),
  "readings-lost": words(
    "a device overwrote events before they could be fetched; the detail says how many. Stands for six hours",
    "find out why it was out of reach; counts of that time are too low",
    "设备内存被覆盖，部分事件在取回前丢失，详情中有数量；提示保留六小时",
    "查明设备失联原因；该时段的统计偏低",
  ),
  "device-key": words(
    "a reader and the gateway have no key in common; the reader is not used, and nothing is said in clear text",
    "the detail says which case: give it a key (`gatehouse osdp install READER`), or correct the key in the site file",
    "读卡器与网关的密钥不一致，读卡器停用，且绝不改用明文",
    "按详情执行 `gatehouse osdp install`，或更正站点文件中的密钥",
  ),
  "device-unsecured": words(
    "a reader has no secure channel where the site file wants one, or speaks only in one where it is switched off",
    "replace it, or change `secure` in the site file",
    "读卡器的安全通道能力与站点文件要求不符",
    "更换读卡器，或修改站点文件中的 `secure`",
  ),
  "device-changed": words(
    "at this address now answers another reader than before, or one that had a secure channel claims to have none: somebody may be tampering; it is not used",
    "look at the reader; if it is the right one, `gatehouse osdp trust READER`",
    "该地址的读卡器已被更换，或声称不再支持安全通道，可能被破坏，已停用",
    "现场检查；确认无误后执行 `gatehouse osdp trust`",
  ),
  "device-installing": words(
    "the installation window of a reader is open: for at most five minutes it may come with the factory's key",
    "nothing; it closes by itself",
    "读卡器安装窗口已打开（最多五分钟）",
    "无需处理，会自动关闭",
  ),
  "counter-odd": words(
    "a people counter's total fell, jumped or was wrong once; what people cannot have done was left out",
    "read the detail: reset, power loss, a replaced or wrongly mapped counter; the code goes by itself after an hour",
    "人数计数器的累计值回落、跳变或单次异常，不合理的部分未计入",
    "查看详情：清零、断电、更换或寄存器映射错误；一小时后自动撤销",
  ),
  "clock-unsynced": words(
    "the box does not know the time: it was never set since it started",
    "check the time server and the network; order and alerts do not depend on it, times shown do",
    "本机时间未同步",
    "检查时间服务器和网络；数据顺序不受影响，显示时间可能不准",
  ),
  "clock-stepped": words(
    "the time of the box jumped within the last minutes",
    "nothing if it happens once after the start; else check the time server",
    "本机时间刚被大幅调整",
    "启动后出现一次属正常；反复出现请检查时间服务器",
  ),
  "alerts-waiting": words(
    "a grid has had all the findings about people its policy allows in a day; the others wait in order of risk and are raised on a later day if they still hold",
    "work off what is open, or raise `alertBudget` in the policy",
    "该网格当日人员类预警已达上限，其余按风险排序等待，次日仍成立则上报",
    "处理未结预警，或提高政策中的 `alertBudget`",
  ),
  "rule-failing": words(
    "a rule of the site's own gives no answer, as when it divides by zero; it counts as not true",
    "correct the rule; `gatehouse rules test` tries it",
    "自定义规则无法求值（如除以零），按不成立处理",
    "修正规则；可用 `gatehouse rules test` 测试",
  ),
  "uplink-down": words(
    "the platform cannot be reached or does not answer as it should; everything is kept",
    "read the detail: network, address, certificate, or the platform itself",
    "平台无法连接或应答异常，数据全部保留",
    "查看详情：网络、地址、证书或平台本身",
  ),
  "uplink-rejected": words(
    "the platform refused items for good; they are set aside with its reason",
    "read the reason; the item will not be sent again",
    "平台拒收了部分数据，已连同原因单独保存",
    "查看原因；这些数据不会自动重发",
  ),
  "uplink-slow": words(
    "a lane of the platform has not caught up for an hour",
    "check line and platform: more comes in than goes out",
    "待上报数据积压超过一小时",
    "检查线路与平台的处理能力",
  ),
  "storage-failing": words(
    "the disk does not take writes; nothing is acknowledged meanwhile, and nothing is lost",
    "check the disk at once (`dmesg`), replace it",
    "磁盘写入失败；期间不确认任何数据，也不丢失",
    "立即检查并更换磁盘",
  ),
  "storage-full": words(
    "there is no room to write",
    "free space or raise `--budget`; alerts are never given up",
    "磁盘空间不足",
    "清理空间或提高磁盘预算 `--budget`；预警不会被丢弃",
  ),
  "storage-evicting": words(
    "the disk budget is used up: old telemetry, then presence, is being thinned; the platform gets a gap record",
    "restore the uplink, or raise `--budget`",
    "磁盘预算用尽，正在清理旧的遥测和在住数据，并向平台发送缺口记录",
    "恢复上报通道或提高预算",
  ),
  "storage-quarantined": words(
    "a damaged database or key file was put aside at the start; what could be read was carried over, a key comes from its second file",
    "keep the file named, restore what is missing from the platform; check the disk",
    "启动时发现数据库文件损坏，已隔离并抢救可读部分",
    "保留该文件，检查磁盘，并与平台核对缺失数据",
  ),
  "broker-refused": words(
    "a client was turned away: wrong password, foreign topic, oversize or malformed packet, too slow",
    "the detail says who and why; a device that does this is set up wrongly, a stranger should be found",
    "有客户端被拒绝：密码错误、越权主题、报文过大或格式错误等",
    "按详情查明是配置错误的设备还是陌生来访",
  ),
  "control-down": words(
    "the control socket in the state folder could not be opened: `gatehouse command` cannot reach the gateway; everything else goes on, and it is tried again",
    "read the detail: room on the disk, rights on the state folder",
    "状态目录中的控制套接字无法打开，`gatehouse command` 无法连接网关；其他功能不受影响，系统会继续重试",
    "按详情检查磁盘空间和状态目录的权限",
  ),
  "console-down": words(
    "the console could not be opened; readings, alerts and everything else go on, and it is tried again",
    "read the detail: its address is in use, the disk takes nothing; `gatehouse alerts` and `gatehouse command` work without it",
    "控制台无法打开；读数、预警等其他功能不受影响，系统会继续重试",
    "按详情检查：端口被占用或磁盘无法写入；期间可使用命令行 `gatehouse alerts` 和 `gatehouse command`",
  ),
  "egress-blocked": words(
    "a fire stands and this door has not answered that it opened; it is told again and again",
    "open it by hand, or break it; the detail says why: driver down, device offline, refused",
    "火警期间该疏散门未确认开启，系统正在反复下发开门指令",
    "立即手动开启；详情中有原因（驱动中断、设备离线或拒绝执行）",
  ),
  "egress-open": words(
    "the fire is over and this door could not be locked again; it is tried on",
    "lock it by hand or watch it; the detail says why",
    "火警已解除，但该门未能重新上锁，系统继续重试",
    "手动上锁或派人值守，按详情排查",
  ),
  "command-refused": words(
    "a command of this uplink's platform did not pass a check; `detail` begins with which",
    "see the checks in docs/commands.md: a wrong `keyId` or clock is set right, an unknown signer is asked about",
    "该平台下发的命令未通过检查，详情开头说明是哪一项",
    "核对密钥编号与时钟；来源不明的签名应查清",
  ),
  "config-refused": words(
    "the gateway did not start with the latest site file and put the one before back; the detail says why",
    "correct the file: `gatehouse config history`, or the console's configuration page; the code goes with the next start",
    "网关无法使用最新的站点文件启动，已自动恢复上一版本，详情中有原因",
    "更正站点文件（`gatehouse config history` 或控制台的配置页）；下次启动后自动撤销",
  ),
  "readings-aside": words(
    "a restore was undone after the gateway had already taken readings with it: they stand in the folder that the detail names, and count for nothing",
    "look at them with `gatehouse export readings --state FOLDER/state --out FILE`; head counts of those minutes may be off; the code goes with the next start",
    "恢复被撤销，但此前网关已用恢复的数据接收了读数：读数在详情所列目录中，未计入统计",
    "用 `gatehouse export readings --state 目录/state --out 文件` 查看；该时段人数可能有偏差；下次启动后自动撤销",
  ),
  "audit-failing": words(
    "the disk does not take entries of the audit log; they wait in memory and are written when it does",
    "check the disk at once; see `storage-failing` and `storage-full`",
    "审计日志无法写入磁盘，记录暂存于内存，恢复后补写",
    "立即检查磁盘，参见 `storage-failing` 与 `storage-full`",
  ),
  "audit-broken": words(
    "the audit log was found changed, cut off or signed by another key at the start; it goes on behind the gap, which stays visible",
    "`gatehouse audit verify` names the entry; find out who had access to the state folder, compare with the head the platform holds",
    "启动时发现审计日志被改动、截断或更换了签名密钥；日志在缺口之后继续，缺口保留可见",
    "执行 `gatehouse audit verify` 定位条目，查明谁能访问状态目录，并与平台保存的链头核对",
  ),
  "opcua-down": words(
    "the process of the OPC UA server ended, or hung and was killed; it is being started anew, everything else goes on",
    "read the detail: an address in use, the disk, memory; if it comes again and again, report it with the log",
    "OPC UA 服务进程退出或失去响应并被终止，正在重新启动；其他功能不受影响",
    "查看详情：端口被占用、磁盘或内存不足；反复出现请附日志报告",
  ),
} as const satisfies Readonly<Record<string, HealthWords>>;

export type HealthCode = keyof typeof HEALTH_WORDS;
