/** Words of what a line and its devices count. */
import { dictionary } from "./language.ts";

export const figureWords = dictionary({
  noiseBytes: { zh: "干扰字节", en: "noise, bytes" },
  unexpected: { zh: "多余的应答", en: "frames nobody asked for" },
  echoes: { zh: "回声", en: "echoes" },
  foreignMaster: { zh: "其他主机的帧", en: "frames of another controller" },
  busyMs: { zh: "线路占用", en: "line in use" },
  asked: { zh: "询问", en: "asked" },
  answered: { zh: "应答", en: "answered" },
  answeredShare: { zh: "应答率", en: "answered, share" },
  timeouts: { zh: "超时", en: "no answer" },
  damaged: { zh: "损坏的应答", en: "damaged answers" },
  roundTripMs: { zh: "平均往返时间", en: "round trip, mean" },
  failures: { zh: "连续失败", en: "turns in vain" },
  ofLine: { zh: "线路：{what}", en: "line: {what}" },
});
