/** What speaks on a line, in words. */
import { dictionary } from "./language.ts";

export const protocolWords = dictionary({
  osdp: { zh: "读卡器 (OSDP)", en: "Readers (OSDP)" },
  dlt645: { zh: "电表 (DL/T 645)", en: "Electricity meters (DL/T 645)" },
  cjt188: { zh: "水表 (CJ/T 188)", en: "Water meters (CJ/T 188)" },
  modbus: { zh: "计数器、仪表等 (Modbus)", en: "Counters, meters and others (Modbus)" },
  uhppote: { zh: "门禁控制板 (UHPPOTE)", en: "Access boards (UHPPOTE)" },
});
