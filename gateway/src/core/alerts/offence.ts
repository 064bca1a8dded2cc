/** First a warning, then a referral: what a breach costs, and the earlier ones that show it. Pure. */
import type { Alert, AlertKind, EarlierEpisode, Evidence } from "@gatehouse/protocol";
import { fact } from "../rules/words.ts";

/** Findings about how many people live somewhere; a door or a device is no offence of anybody. */
const OFFENCES: readonly AlertKind[] = ["group-rental", "unregistered-residents", "overcrowded-now"];
/** Of the chain, rows for people; `earlier` has all of it. */
const MAX_ROWS = 5;

export type Measured = Pick<Alert, "measure" | "earlier"> & { readonly chain: readonly Evidence[] };

/** `earlier` are the episodes within the window, oldest first. */
export function measureOf(kind: AlertKind, offence: number, earlier: readonly EarlierEpisode[]): Measured {
  if (!OFFENCES.includes(kind)) return { chain: [] };
  if (offence < 2) return { measure: "warning", chain: [] };
  return { measure: "referral", earlier: [...earlier], chain: earlier.slice(-MAX_ROWS).map(row) };
}

function row({ episode, since, raisedAt, clearedAt, nights, closedBy }: EarlierEpisode): Evidence {
  const day = (time: string): string => time.slice(0, 10);
  const end = clearedAt ?? closedBy?.at;
  const until = end === undefined ? { en: "until it came back", zh: "直至再次发生" } : undefined;
  const says = [
    `episode ${episode}: since ${day(since)}, raised ${day(raisedAt)}`,
    until?.en ?? `over ${day(end ?? "")}`,
    `${nights} nights`,
    ...(closedBy === undefined ? ["not closed"] : [closedEn(closedBy)]),
  ];
  const zh = [
    `第${episode}次：自${day(since)}起，${day(raisedAt)}预警`,
    until?.zh ?? `${day(end ?? "")}结束`,
    `共${nights}夜`,
    ...(closedBy === undefined ? ["未办结"] : [closedZh(closedBy)]),
  ];
  return fact("history", { says: says.join(", "), zh: zh.join("，") });
}

type Closed = NonNullable<EarlierEpisode["closedBy"]>;

const closedEn = ({ how, by, contested }: Closed): string => {
  if (how === "sensors") return by === "sensors" ? "closed by the sensors" : `closed by ${by}, proved by the sensors`;
  return `closed by ${by} on their word${contested ? " against the sensors" : ""}`;
};

const closedZh = ({ how, by, contested }: Closed): string => {
  if (how === "sensors") return by === "sensors" ? "由感知设备核验办结" : `由${by}办结，感知设备核验`;
  return `由${by}人工办结${contested ? "（与感知数据不符）" : ""}`;
};
