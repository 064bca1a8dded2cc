/** What happens to every device on a scenario's lines, in order of time: a pure function of scenario and seed. */
import { flatsOf } from "../compound.ts";
import type { SimEvent } from "../devices/device.ts";
import { endOf, type Span, worldOf } from "../households/generate.ts";
import { mergeByTime } from "../households/merge.ts";
import { movementsOf } from "../households/movements.ts";
import { startOf } from "../scenario.ts";
import { LINE_KINDS } from "./kinds.ts";

export interface LineEvent {
  readonly atMs: number;
  readonly device: string;
  readonly event: SimEvent;
}

export function* lineEvents(span: Span): Generator<LineEvent> {
  const { scenario } = span;
  const startMs = span.startMs ?? startOf(scenario);
  const fromMs = span.fromMs ?? startMs;
  const untilMs = span.untilMs ?? endOf(scenario, startMs);
  const world = worldOf(scenario, span.seed, startMs);
  const all = flatsOf(scenario);
  const devices = scenario.lines.flatMap(({ speaks, devices }) =>
    devices.map(({ flat }) => {
      const flats = flat === undefined ? all : all.filter(({ id }) => id === flat);
      const movements = () => mergeByTime(flats.map((each) => movementsOf(each, world, fromMs)));
      const kind = LINE_KINDS[speaks];
      return named(kind.idOf(flat), kind.happenings({ flats, world, fromMs, movements, scale: span.scale ?? 1 }));
    }),
  );
  for (const event of mergeByTime(devices)) {
    if (event.atMs >= untilMs) return;
    yield event;
  }
}

function* named(
  device: string,
  happenings: ReturnType<(typeof LINE_KINDS)["osdp"]["happenings"]>,
): Generator<LineEvent> {
  for (const { atMs, event } of happenings) yield { atMs, device, event };
}
