/** The site as the core uses it, built anew: by a changed configuration, or by what was set beside it. */
import { sortWaiting } from "./alerts/budget.ts";
import type { AlertEvent } from "./alerts/life.ts";
import { MAX_VALID_MS } from "./commands/wish.ts";
import { configureFire } from "./fire/memory.ts";
import { pruneMemos } from "./memos.ts";
import { buildModel, type CoreConfig, type Model } from "./model.ts";
import { judgeAnew } from "./occupancy/judge-anew.ts";
import { settleOverlay } from "./overlay/overlay.ts";
import { planPatrols } from "./patrol/patrol.ts";
import { retire } from "./rules/retire.ts";
import { type CoreState, modelOf } from "./state.ts";
import { setCalendar } from "./timers.ts";

interface Rebuilt {
  readonly alerts: readonly AlertEvent[];
  readonly spaces: readonly string[];
}

/** Ids given and commands done since a backup nobody knows here: a restored one goes on under another name, and takes no command of that time. */
interface Configuring {
  readonly config: CoreConfig;
  readonly installation: string;
  readonly restored?: boolean | undefined;
}

export function configure(state: CoreState, input: Configuring, nowMs: number): Rebuilt {
  const { config, installation, restored } = input;
  if (state.installation === "" || restored === true) state.installation = installation;
  if (restored === true) state.commands.floorMs = Math.max(state.commands.floorMs, nowMs + MAX_VALID_MS);
  settleOverlay(state.overlay, config.site);
  const before = state.model;
  state.model = buildModel(config, state.overlay);
  const { model } = state;
  state.dirty
    .add("core/core")
    .add("core/config")
    .add("core/habits")
    .add("core/gate")
    .add("core/commands")
    .add("core/fire")
    .add("core/overlay");
  configureFire(state.fire, config.site);
  for (const id of [...state.devices.keys()].filter((id) => !model.devices.has(id))) {
    state.devices.delete(id);
    state.dirty.add(`device/${id}`);
  }
  for (const id of [...state.beliefs.keys()].filter((id) => !model.spaces.has(id))) {
    state.beliefs.delete(id);
    state.dirty.add(`belief/${id}`);
  }
  return settle(state, before, nowMs);
}

/** The configuration is the same, what lies over it is not. */
export function remodel(state: CoreState, nowMs: number): Rebuilt {
  const before = modelOf(state);
  state.model = buildModel(before.config, state.overlay);
  return settle(state, before, nowMs);
}

function settle(state: CoreState, before: Model | undefined, nowMs: number): Rebuilt {
  const model = modelOf(state);
  pruneMemos(state, model);
  sortWaiting(state, model);
  judgeAnew(state, before, nowMs);
  setCalendar(state, model, nowMs);
  const alerts = [...retire(state, model, nowMs), ...planPatrols(state, model, nowMs)];
  return { alerts, spaces: [...model.spaces.keys()] };
}
