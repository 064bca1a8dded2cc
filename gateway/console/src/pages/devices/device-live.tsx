/** What a device says right now: its readings with their meaning, and the MQTT messages they came in. */
import { useState } from "react";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import type { LiveMessage } from "../../../../src/console/table/live.ts";
import { useLive } from "../../client/use-answer.ts";
import { useMay } from "../../shell/session.ts";
import { devicesWords } from "../../words/devices.ts";
import { useLanguage, useWords } from "../../words/language.ts";
import { useClock } from "./device-marks.tsx";
import { newest } from "./device-state.ts";
import { LiveList } from "./live-list.tsx";

type Reading = AnswerOf<"GET /api/1/devices/:id">["recent"][number];
type MqttMessage = Extract<LiveMessage, { about: "mqtt" }>["messages"][number];

const SHOWN = 100;

export function DeviceLive({ id, recent }: { readonly id: string; readonly recent: readonly Reading[] }) {
  const words = useWords(devicesWords);
  const technician = useMay("technician");
  const [readings, setReadings] = useState<readonly Reading[]>([]);
  const [messages, setMessages] = useState<readonly MqttMessage[]>([]);
  useLive({ watch: technician ? ["readings"] : [], device: id }, (message) => {
    if (message.about === "readings") {
      const own = message.readings.filter(({ device }) => device === id);
      if (own.length > 0) setReadings((now) => newest(now, own, SHOWN));
    } else if (message.about === "mqtt") {
      const own = message.messages.filter(({ device }) => device === id);
      if (own.length > 0) setMessages((now) => newest(now, own, SHOWN));
    }
  });
  const latest = readings[readings.length - 1]?.at ?? "";
  const before = recent.filter(({ at }) => latest === "" || at < latest);
  const all = [...readings, ...before.toSorted((a, b) => (a.at < b.at ? 1 : -1))].slice(0, SHOWN);
  return (
    <section className="gh-panel-wide">
      <h2>{words.live}</h2>
      {technician && <p className="gh-hint">{words.liveHint}</p>}
      {all.length === 0 ? <p className="gh-hint">{words.liveNone}</p> : <Readings readings={all} />}
      {messages.length > 0 && (
        <>
          <h2>{words.mqtt}</h2>
          <MqttMessages messages={messages} />
        </>
      )}
    </section>
  );
}

/** Keys that stay the same while newer ones come in on top. */
function keyed<T>(items: readonly T[], nameOf: (item: T) => string): readonly (readonly [string, T])[] {
  const seen = new Map<string, number>();
  return items
    .toReversed()
    .map((item): readonly [string, T] => {
      const name = nameOf(item);
      const n = (seen.get(name) ?? 0) + 1;
      seen.set(name, n);
      return [`${name} ${n}`, item];
    })
    .toReversed();
}

function Readings({ readings }: { readonly readings: readonly Reading[] }) {
  const words = useWords(devicesWords);
  const language = useLanguage();
  const time = useClock();
  return (
    <LiveList label={words.live} polite>
      {keyed(readings, ({ at, kind }) => `${at} ${kind}`).map(([key, { at, kind, meaning, value, card }]) => (
        <li key={key}>
          <time dateTime={at}>{time(at)}</time>
          <span dir="auto">
            {meaning[language]} <span className="gh-hint">{kind}</span>
            {value !== undefined && value !== null && <span className="gh-bytes"> {JSON.stringify(value)}</span>}
            {card && <span className="gh-hint"> {words.card}</span>}
          </span>
        </li>
      ))}
    </LiveList>
  );
}

function MqttMessages({ messages }: { readonly messages: readonly MqttMessage[] }) {
  const words = useWords(devicesWords);
  const time = useClock();
  return (
    <LiveList label={words.mqtt}>
      {keyed(messages, ({ at, topic }) => `${at} ${topic}`).map(([key, { at, topic, text }]) => (
        <li key={key}>
          <time dateTime={at}>{time(at)}</time>
          <span>
            <bdi className="gh-hint">{topic}</bdi>
            <div className="gh-bytes" dir="auto">
              {text}
            </div>
          </span>
        </li>
      ))}
    </LiveList>
  );
}
