/** Where the live feed's messages come from: what changes in the core, in health, jobs, devices, on lines, in the log; gathered. */
import type { Clock } from "@gatehouse/protocol";
import { Dialogue, type Entry } from "../../bus-doctor/entry.ts";
import type { Core, CoreChange } from "../../core/core.ts";
import type { HealthBoard } from "../../core/health.ts";
import type { LocalPublish } from "../../core/ports.ts";
import type { DeviceBook } from "../../monitor/device-book.ts";
import type { LineTaps } from "../../monitor/line-taps.ts";
import type { LogRing } from "../../monitor/log-ring.ts";
import { alertIn } from "../../words/alert-in.ts";
import { inLanguage } from "../../words/said.ts";
import type { LiveSources, WatchNarrowing } from "../ports.ts";
import type { LiveKind, LiveMessage } from "../table/live.ts";
import { healthRow, logRow } from "./box.ts";
import { type DeviceRowParts, lastSeen } from "./device-rows.ts";
import { Latest, Stream } from "./gather.ts";
import type { Jobs } from "./jobs.ts";
import { messageText } from "./mqtt-words.ts";
import { patrolRows } from "./patrols.ts";
import { seenReading } from "./reading-words.ts";
import { type SpaceRowParts, spaceRows } from "./space-rows.ts";

export interface LiveParts {
  readonly core: Pick<Core, "model" | "state" | "onChange">;
  readonly drivers: SpaceRowParts["drivers"];
  readonly health: Pick<HealthBoard, "entries" | "onChange">;
  readonly book: Pick<DeviceBook, "of" | "onReading">;
  readonly jobs: Pick<Jobs, "onChange">;
  readonly taps: Pick<LineTaps, "listen">;
  readonly driverFacts: DeviceRowParts["driverFacts"];
  readonly logs: Pick<LogRing, "onLine">;
  readonly clock: Clock;
  /** Every publish of a device, as it comes. Returns the end of it. */
  onPublish(listener: (publish: LocalPublish) => void): () => void;
}

type Tell = (message: LiveMessage) => void;
/** Returns the end of it. */
type Source = (parts: LiveParts, tell: Tell, narrowing: WatchNarrowing, changes: Changes) => () => void;

/** The core's listeners stay for ever: one of ours serves all pages. */
class Changes {
  readonly #listeners = new Set<(change: CoreChange) => void>();

  constructor(core: LiveParts["core"]) {
    core.onChange((change) => {
      for (const listener of this.#listeners) listener(change);
    });
  }

  on(listener: (change: CoreChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export function liveSources(parts: LiveParts): LiveSources {
  const changes = new Changes(parts.core);
  return { subscribe: (kind, narrowing, listener) => SOURCES[kind](parts, listener, narrowing, changes) };
}

const MOST_HEALTH = 500;
const MOST_LINES = 400;
const MOST_READINGS = 200;

const spaces: Source = (parts, tell, _, changes) => {
  const latest = new Latest<string>(parts.clock, (ids) =>
    tell({ about: "spaces", spaces: spaceRows(parts, new Set(ids)) }),
  );
  const touch = (id: string | undefined) => {
    if (id !== undefined) latest.add(id, id);
  };
  const ends = [
    changes.on((change) => {
      for (const id of change.spaces) touch(id);
      for (const { alert } of change.alerts) touch(alert.space);
    }),
    // Devices that come and go, and drivers with all of theirs.
    parts.health.onChange(({ code, subject }) => {
      touch(parts.core.model.spaceOf.get(subject));
      if (code !== "driver-down") return;
      for (const { id, driver } of parts.core.model.devices.values())
        if (driver === subject) touch(parts.core.model.spaceOf.get(id));
    }),
  ];
  return ender(latest, ends);
};

const alerts: Source = ({ clock, core }, tell, { language = "zh" }, changes) => {
  type Alert = CoreChange["alerts"][number]["alert"];
  const latest = new Latest<Alert>(clock, (all) =>
    tell({ about: "alerts", alerts: all.map((alert) => alertIn(alert, language, core.model.config.policies)) }),
  );
  const end = changes.on((change) => {
    for (const { alert } of change.alerts) latest.add(alert.id, alert);
  });
  return ender(latest, [end]);
};

const prompts: Source = ({ clock, core }, tell, _, changes) => {
  const latest = new Latest<string>(clock, (ids) =>
    tell({ about: "prompts", prompts: ids.flatMap((id) => core.state.prompts.get(id) ?? []) }),
  );
  const end = changes.on(({ prompts: changed = [] }) => {
    for (const id of changed) latest.add(id, id);
  });
  return ender(latest, [end]);
};

/** A visit, or that nobody came in time. */
const patrols: Source = ({ clock, core }, tell, _, changes) => {
  const latest = new Latest<string>(clock, (ids) => {
    const rows = patrolRows(core.state, clock.nowMs()).filter(({ space }) => ids.includes(space));
    tell({ about: "patrols", patrols: rows });
  });
  const end = changes.on(({ facts = [], alerts: changed }) => {
    for (const { type, subject } of facts) if (type === "gatehouse.patrol.done") latest.add(subject, subject);
    for (const { alert } of changed) if (alert.kind === "patrol-overdue") latest.add(alert.space, alert.space);
  });
  return ender(latest, [end]);
};

/** All that holds, each time. */
const health: Source = ({ clock, core, health: board }, tell, { language = "zh" }) => {
  const latest = new Latest<true>(clock, () => {
    const entries = board.entries.slice(0, MOST_HEALTH);
    tell({ about: "health", codes: entries.map((entry) => healthRow(entry, core.model.zone, language)) });
  });
  return ender(latest, [board.onChange(() => latest.add("all", true))]);
};

const jobs: Source = ({ clock, jobs: registry }, tell) => {
  type Row = Parameters<Parameters<Jobs["onChange"]>[0]>[0];
  const latest = new Latest<Row>(clock, (rows) => tell({ about: "jobs", jobs: [...rows] }));
  return ender(latest, [registry.onChange((row) => latest.add(row.id, row))]);
};

const devices: Source = (parts, tell) => {
  const { clock, core, book, health: board } = parts;
  const latest = new Latest<string>(clock, (ids) => {
    const rows = ids.map((id) => ({
      id,
      online: core.state.devices.get(id)?.online ?? null,
      lastSeenAt: lastSeen(parts, id),
    }));
    tell({ about: "devices", devices: rows });
  });
  const ends = [
    book.onReading(({ device }) => latest.add(device, device)),
    board.onChange(({ subject }) => {
      if (core.model.devices.has(subject)) latest.add(subject, subject);
    }),
  ];
  return ender(latest, ends);
};

/** Readings, and the MQTT messages they came in. */
const readings: Source = ({ clock, book, onPublish }, tell, { device, language = "zh" }) => {
  type Seen = ReturnType<typeof seenReading>;
  type Message = Extract<LiveMessage, { about: "mqtt" }>["messages"][number];
  const seen = new Stream<Seen>(clock, MOST_READINGS, (all) => tell({ about: "readings", readings: [...all] }));
  const messages = new Stream<Message>(clock, MOST_READINGS, (all) => tell({ about: "mqtt", messages: [...all] }));
  const ends = [
    book.onReading((heard) => {
      if (device === undefined || heard.device === device) seen.add(seenReading(heard));
    }),
    onPublish(({ client, topic, payload }) => {
      if (device !== undefined && client !== device) return;
      const at = new Date(clock.nowMs()).toISOString();
      messages.add({
        at,
        device: client,
        topic: topic.slice(0, 200),
        text: shown(payload, language),
      });
    }),
    () => messages.stop(),
  ];
  return ender(seen, ends);
};

/** What a device wrote stays as it is; what is said in place of it is said in the reader's language. */
function shown(payload: Buffer, language: "zh" | "en"): string {
  const text = messageText(payload);
  return /^\d+ bytes /.test(text) ? inLanguage(text, language) : text;
}

/** What is secret on the line is masked by its protocol; a line without one is not shown. */
const line: Source = ({ clock, taps, driverFacts }, tell, { line: driver }) => {
  const protocol = driver === undefined ? undefined : driverFacts.get(driver)?.protocol;
  if (driver === undefined || protocol === undefined) return () => {};
  type Line = ReturnType<typeof lineRow>;
  const stream = new Stream<Line>(clock, MOST_LINES, (lines) => tell({ about: "line", driver, lines: [...lines] }));
  const dialogue = new Dialogue(protocol, (entry) => stream.add(lineRow(entry)));
  return ender(stream, [taps.listen(driver, (event) => dialogue.hear(event))]);
};

const lineRow = ({ atMs, direction, kind, hex, means }: Entry) => ({
  at: new Date(atMs).toISOString(),
  way: kind === "noise" ? ("!" as const) : direction === "tx" ? ("->" as const) : ("<-" as const),
  hex: hex.slice(0, 2_000),
  says: means.slice(0, 500),
});

const logs: Source = ({ clock, logs: ring }, tell) => {
  type Line = ReturnType<typeof logRow>;
  const stream = new Stream<Line>(clock, MOST_LINES, (lines) => tell({ about: "logs", lines: [...lines] }));
  return ender(stream, [ring.onLine((each) => stream.add(logRow(each)))]);
};

const SOURCES: Readonly<Record<LiveKind, Source>> = {
  spaces,
  alerts,
  prompts,
  patrols,
  health,
  jobs,
  devices,
  readings,
  line,
  logs,
};

const ender = (gathering: { stop(): void }, ends: readonly (() => void)[]) => (): void => {
  for (const end of ends) end();
  gathering.stop();
};
