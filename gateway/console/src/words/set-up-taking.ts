/** Words of taking new devices: what is missing, what is a guess, what was wrong. */
import { dictionary } from "./language.ts";

export const setUpTakingWords = dictionary({
  map: { zh: "选择型号", en: "Choose its make" },
  mapHint: {
    zh: "Modbus 设备不会自报型号，请按铭牌选择。清单里没有的先取消勾选，以后在设备页添加。",
    en: "A Modbus device does not say what it is: choose by its plate. Leave out what is not in the list and add it on the devices page later.",
  },
  guessed: { zh: "按编号猜测，请核对", en: "guessed by its number, please check" },
  beside: { zh: "这里已有同类设备 {name}", en: "{name} of the same kind is there already" },
  besideTitle: { zh: "这里已有同类设备，两台都放在这里吗？", en: "One of its kind is there already. Put both there?" },
  besideLine: {
    zh: "{place}：已有 {beside}，还要放 {name}",
    en: "{place}: {beside} is there already, {name} would be the second",
  },
  besideBoth: { zh: "两台都放", en: "Put both there" },
  besideBack: { zh: "返回修改", en: "Go back" },
  mqttAt: { zh: "设备要填的地址：{urls}", en: "Address to give to a device: {urls}" },
  mqttClosed: {
    zh: "MQTT 现在只在网关内部开放，网络上的设备连不上。",
    en: "MQTT is open inside this box alone: devices on the network do not get in.",
  },
  mqttListen: { zh: "网关在设备网络上的地址", en: "Address of this box on the devices' network" },
  mqttListenHint: {
    zh: "例如 10.0.0.2:1883；0.0.0.0 表示所有网络。此处不加密：请只用于设备专用网络，其他网络请在配置中设置 broker.tls。",
    en: "For example 10.0.0.2:1883; 0.0.0.0 is every network. Nothing is encrypted here: use it on a network of devices alone, and broker.tls in the configuration on any other.",
  },
  mqttListenWrong: {
    zh: "请填写网关的 IP 地址和端口，例如 10.0.0.2:1883",
    en: "Give an IP address of this box and a port, for example 10.0.0.2:1883",
  },
  mqttOpen: { zh: "在该地址开放 MQTT", en: "Open MQTT there" },
  search: { zh: "按名称或位置筛选", en: "Filter by name or place" },
  kindMissing: { zh: "请选择类型", en: "choose its kind" },
  laterHint: {
    zh: "先采用，再到门前刷卡：看到卡的设备会亮起来，然后选它的门。",
    en: "Take it now and hold a card to it at its door: the device that sees the card lights up, then choose the door.",
  },
  comesAgain: { zh: "等待它再次连接…", en: "Waiting for it to connect again…" },
  notTaken: {
    zh: "有设备未能采用，请改正下面标出的几台。",
    en: "Some devices could not be taken. Correct those marked below.",
  },
  testAllHint: {
    zh: "“测试全部”同时等待所有设备半小时：挨个门走一遍，刷卡、开门即可，先后不限；可以离开本页。已测过的不会丢失。",
    en: "“Test all” listens to all devices at once for half an hour: walk from door to door in any order and use each. You may leave this page; what was tested is kept.",
  },
  foundNow: { zh: "目前找到的设备", en: "Devices found so far" },
  foundCount: { zh: "目前找到 {n} 台", en: "{n} found so far" },
  scanAdds: {
    zh: "还可以查找别的线路，新找到的会加进来。",
    en: "You can look on other lines too: what is found there is added.",
  },
  linesCome: {
    zh: "采用设备后，它们的线路会出现在这里。",
    en: "The lines appear here when their devices are taken.",
  },
  installKey: { zh: "安装密钥", en: "Install key" },
  noKey: { zh: "读卡器还没有可用的密钥", en: "the reader has no key that works yet" },
  keyHint: {
    zh: "先按说明书让读卡器进入安装模式（新读卡器出厂即是），再点这里。",
    en: "Put the reader into its installation mode first (its manual says how; a new one is in it).",
  },
  keyFailed: { zh: "没有成功，请检查线路后重试。", en: "It did not work: check the line, then try again." },
  keyWindow: {
    zh: "{n} 分钟内读卡器可以领取密钥。读卡器须处于安装模式。",
    en: "For {n} minutes the reader can be given its key. It must be in its installation mode.",
  },
  bySet: { zh: "请改正标出的设备，再采用一次。", en: "Correct the marked devices, then take them again." },
});
