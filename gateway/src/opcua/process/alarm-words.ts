/** An alert in the terms of OPC UA Alarms & Conditions (OPC 10000-9). Pure. */
import { ALERT_KIND_WORDS, ALERT_STATE_WORDS, type Alert } from "@gatehouse/protocol";

/** What a condition shows of an alert. */
export interface AlarmStand {
  readonly active: boolean;
  readonly acked: boolean;
  readonly confirmed: boolean;
  /** Of interest to clients: until the sensors have cleared it and somebody has closed it. */
  readonly retain: boolean;
  /** 1 to 1000. */
  readonly severity: number;
  readonly message: string;
  /** What was said of it last, and by whom. */
  readonly comment: string;
  readonly by: string;
  readonly atMs: number;
}

const SEVERITY: Readonly<Record<Alert["level"], number>> = { blue: 300, yellow: 500, red: 700, emergency: 900 };
/** Not of the condition's life: nobody has answered, or it came back. */
const UNANSWERED: readonly Alert["state"][] = ["raised", "reopened"];
const CONFIRMED: readonly Alert["state"][] = ["verifying", "closed"];

export function standOf(alert: Alert, language: "zh" | "en"): AlarmStand {
  const { state, clearedAt, level, history } = alert;
  const last = history.at(-1);
  const spoken = history.findLast(({ note, by }) => note !== undefined && by !== "sensors");
  return {
    active: clearedAt === null,
    acked: !UNANSWERED.includes(state),
    confirmed: CONFIRMED.includes(state),
    retain: clearedAt === null || state !== "closed",
    severity: SEVERITY[level],
    message: messageOf(alert, language),
    comment: spoken?.note ?? "",
    by: last?.by ?? "sensors",
    atMs: Date.parse(last?.at ?? alert.raisedAt),
  };
}

export const kindText = ({ kind, title }: Alert, language: "zh" | "en"): string =>
  (title ?? ALERT_KIND_WORDS[kind])[language];

/** What happened, how people stand with it, and the first reason. No names, no cards. */
function messageOf(alert: Alert, language: "zh" | "en"): string {
  const [first] = alert.evidence;
  const why = first === undefined ? "" : language === "zh" ? (first.zh ?? first.says) : first.says;
  const parts = [kindText(alert, language), ALERT_STATE_WORDS[alert.state][language], why];
  return parts
    .filter((part) => part !== "")
    .join(language === "zh" ? "，" : "; ")
    .slice(0, 500);
}

/** Whether a client that listens has to be told again. */
export const sameStand = (a: AlarmStand, b: AlarmStand): boolean => {
  const { atMs: _, ...before } = a;
  const { atMs: __, ...now } = b;
  return JSON.stringify(before) === JSON.stringify(now);
};
