/** Finds water and heat meters of CJ/T 188 on a line. */
import {
  CJT188_ANY,
  CJT188_ANY_TYPE,
  type Cjt188Order,
  cjt188Framing,
  cjt188TypeName,
  decodeCjt188Answer,
  decodeCjt188Frame,
  encodeCjt188Read,
  FrameError,
  isHeatType,
} from "@gatehouse/protocol";
import type { Ear, Echo } from "./ear.ts";
import { METER_WAIT_MS, searchMeters } from "./meter-call.ts";
import { EIGHT_E_ONE, type Found, type OnProgress, type Scanner } from "./scanner.ts";

const ORDERS: readonly Cjt188Order[] = ["90-1F", "1F-90"];
/** Any, then one by one for meters that do not know `any`. */
const TYPES = [CJT188_ANY_TYPE, 0x10, 0x11, 0x12, 0x13, 0x20, 0x21, 0x25];

interface Way {
  readonly type: number;
  readonly order: Cjt188Order;
}

export const cjt188Scanner: Scanner = {
  name: "cjt188",
  format: EIGHT_E_ONE,
  defaultBauds: [2400, 9600],
  async *scan(ear, onProgress) {
    const ways: Way[] = [];
    const all = TYPES.flatMap((type) => ORDERS.map((order) => ({ type, order })));
    for (const [index, way] of all.entries()) {
      onProgress(
        (index / all.length) * 0.1,
        `waking ${way.type === CJT188_ANY_TYPE ? "any meter" : cjt188TypeName(way.type)}`,
      );
      const { frames, damaged } = await call(ear, way, CJT188_ANY);
      if (damaged || frames.length > 0) ways.push(way);
      // Whoever knows `any` has answered by now.
      if (ways.length > 0 && way.type === CJT188_ANY_TYPE && way.order === ORDERS.at(-1)) break;
    }
    const known = new Set<string>();
    for (const [index, way] of ways.entries()) {
      const ask = async (pattern: string) => {
        const { frames, damaged } = await call(ear, way, pattern);
        return { meters: new Map(frames.flatMap((bytes) => meterIn(bytes, way))), damaged };
      };
      const onShare: OnProgress = (share, note) => onProgress(0.1 + (0.9 * (index + share)) / ways.length, note);
      for await (const finding of searchMeters(7, ask, onShare)) {
        const isNews = finding.kind === "remark" || !known.has(finding.id);
        if (finding.kind === "device") known.add(finding.id);
        if (isNews) yield finding;
      }
    }
  },
};

function call(ear: Ear, { type, order }: Way, address: string): Promise<Echo> {
  const request = encodeCjt188Read({ type, address, order, serial: 1 });
  return ear.call({ request, framing: cjt188Framing, waitMs: METER_WAIT_MS, one: false });
}

/** How the site file calls the types; others go by their number. */
const TYPE_KEYS: Readonly<Record<number, string>> = {
  16: "cold-water",
  17: "hot-water",
  18: "drinking-water",
  19: "grey-water",
  32: "heat",
  33: "cooling",
};

function meterIn(bytes: Uint8Array, { order }: Way): (readonly [string, Found])[] {
  const frame = decodeCjt188Frame(bytes);
  const { address, type, control } = frame;
  if ((control & 0x80) === 0 || !/^\d+$/.test(address)) return [];
  const heat = isHeatType(type);
  const keys = { kind: heat ? "energy-meter" : "water-meter", address, type: TYPE_KEYS[type] ?? type, order };
  const about = `${cjt188TypeName(type)} meter, ${totalOf(bytes)}`;
  return [[address, { kind: "device", id: `${heat ? "heat" : "water"}-${address}`, about, keys }]];
}

function totalOf(bytes: Uint8Array): string {
  try {
    const answer = decodeCjt188Answer(decodeCjt188Frame(bytes));
    if (answer.kind !== "totals") return "refuses its total";
    const { value, unit } = answer.reading.current;
    return value === null ? "without a total" : `${value} ${unit}`;
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return "with an answer that cannot be read";
  }
}
