/** Answers about alerts and everything else people deal with: prompts, hand-overs, fire. */
import { type Alert, ConfigError } from "@gatehouse/protocol";
import type { Core } from "../../core/core.ts";
import type { EgressRelease } from "../../core/fire/egress-release.ts";
import type { Store } from "../../core/ports.ts";
import type { RollCallBook } from "../../monitor/roll-call.ts";
import { alertIn } from "../../words/alert-in.ts";
import { inLanguage, type Language } from "../../words/said.ts";
import { Refusal } from "../refusal.ts";
import type { Answers } from "../table/index.ts";
import { checkDeed, doerOf, possibleDeeds } from "./deeds.ts";
import { pageOf } from "./page-of.ts";
import type { Photos } from "./photos.ts";
import { notThere } from "./refusals.ts";
import { isOpenAlert } from "./space-rows.ts";

export interface AlertParts {
  readonly core: Pick<Core, "model" | "state" | "act" | "endFire">;
  readonly store: Pick<Store, "alertPage">;
  readonly egress: Pick<EgressRelease, "status">;
  readonly rollCall: Pick<RollCallBook, "now">;
  /** Undefined where the site file does not allow them. */
  readonly photos: Photos | undefined;
  /** Names of accounts one can hand over to. */
  people(): readonly string[];
}

type Keys =
  | "GET /api/1/alerts"
  | "GET /api/1/alerts/:id"
  | "POST /api/1/deeds"
  | "POST /api/1/alerts/:id/photos"
  | "GET /api/1/alerts/:id/photos/:photo"
  | "GET /api/1/prompts"
  | "GET /api/1/hand-overs"
  | "GET /api/1/roll-call"
  | "GET /api/1/fire"
  | "POST /api/1/fire/over";

export function alertAnswers(parts: AlertParts): Answers<Keys> {
  const { core, egress } = parts;
  return {
    "GET /api/1/alerts": async ({ query }, { language }) => {
      const { items, ...rest } = await listAlerts(parts, query);
      return { ...rest, items: items.map((alert) => alertIn(alert, language, core.model.config.policies)) };
    },
    "GET /api/1/alerts/:id": async ({ params: { id } }, { roles, language }) => {
      const alert = await alertBy(parts, id);
      const spaceName = core.model.spaces.get(alert.space)?.space.name ?? alert.space;
      const isKnown = core.state.alerts.has(id);
      const photos = [...((await parts.photos?.of(id)) ?? [])];
      const inWords = alertIn(alert, language, core.model.config.policies);
      return { alert: inWords, spaceName, can: isKnown ? possibleDeeds(alert, roles) : [], photos };
    },
    "POST /api/1/deeds": async ({ body }, asking) => {
      checkDeed(core, body, asking.roles);
      if (body.do === "start-hand-over") checkPerson(parts, body.to);
      await core.act(body, doerOf(asking));
      return { done: true };
    },
    "POST /api/1/alerts/:id/photos": async ({ params: { id }, body }, asking) => {
      const photos = photosOf(parts);
      if (!core.state.alerts.has(id)) throw notThere(id);
      return photos.add(id, body, asking.name);
    },
    "GET /api/1/alerts/:id/photos/:photo": async ({ params: { id, photo } }) => {
      const found = await photosOf(parts).read(id, photo);
      if (found === undefined) throw notThere(photo);
      return found;
    },
    "GET /api/1/prompts": async ({ query: { handled } }) => ({
      prompts: [...core.state.prompts.values()].filter(({ state }) => handled || state === "open").reverse(),
    }),
    "GET /api/1/hand-overs": async () => ({
      handOvers: [...core.state.handOvers.values()].reverse(),
      people: [...parts.people()],
    }),
    "GET /api/1/roll-call": async (_, { language }) => {
      const { unknown, ...now } = parts.rollCall.now;
      return { ...now, unknown: unknown.map((each) => ({ ...each, why: inLanguage(each.why, language) })) };
    },
    "GET /api/1/fire": async (_, { language }) => fireIn(egress.status, language),
    "POST /api/1/fire/over": async ({ body: { note } }, asking) => {
      await core.endFire(doerOf(asking), note);
      return fireIn(egress.status, asking.language);
    },
  };
}

const fireIn = ({ doors, ...status }: EgressRelease["status"], language: Language) => ({
  ...status,
  doors: doors.map(({ why, ...door }) => ({ ...door, why: why === null ? null : inLanguage(why, language) })),
});

function checkPerson({ people }: AlertParts, to: string): void {
  const known = people();
  if (known.includes(to)) return;
  throw new ConfigError({
    path: "body.to",
    reason: `there is no account "${to}"`,
    fix: `choose one of: ${known.join(", ")}`,
  });
}

function photosOf({ photos }: AlertParts): Photos {
  if (photos !== undefined) return photos;
  throw new Refusal("refused", {
    values: { reason: "the site file does not allow photos: console.photos is not true" },
  });
}

interface AlertQuery {
  readonly after?: string | undefined;
  readonly limit: number;
  readonly open?: boolean | undefined;
  readonly space?: string | undefined;
  readonly kind?: string | undefined;
  readonly level?: Alert["level"] | undefined;
}

/** Open ones stand in memory, all of them; the others are asked from the disk, a page at a time. */
async function listAlerts({ core, store }: AlertParts, query: AlertQuery) {
  const { after, limit, open, space, kind, level } = query;
  const behind = after === undefined ? undefined : cursorOf(after);
  if (open === true) {
    const now = [...core.state.alerts.values()].map(({ alert }) => alert);
    const wanted = now.filter((alert) => isWanted(alert, query)).sort((a, b) => compare(placeOf(a), placeOf(b)));
    return pageOf(wanted, query, keyOf, (alert) => behind !== undefined && compare(placeOf(alert), behind) > 0);
  }
  // A closed alert that the sensors still see counts as open.
  const stillOpen = [...core.state.alerts.values()].filter(({ alert }) => isOpenAlert(alert));
  const closed = open === false ? { state: "closed", without: stillOpen.map(({ alert }) => alert.id) } : {};
  const { rows, total } = await store.alertPage({ space, kind, level, behind, limit: limit + 1, ...closed });
  const items = rows.slice(0, limit).map(({ body }) => JSON.parse(body) as Alert);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? keyOf(last) : null, total };
}

function isWanted(alert: Alert, { open, space, kind, level }: AlertQuery): boolean {
  if (open !== undefined && isOpenAlert(alert) !== open) return false;
  if (space !== undefined && alert.space !== space) return false;
  if (kind !== undefined && alert.kind !== kind) return false;
  return level === undefined || alert.level === level;
}

interface Place {
  readonly raisedMs: number;
  readonly id: string;
}

/** When it was raised, then its id: alerts of one moment keep their order. */
const placeOf = ({ id, raisedAt }: Alert): Place => ({ id, raisedMs: Date.parse(raisedAt) });
const keyOf = (alert: Alert): string => `${placeOf(alert).raisedMs}~${alert.id}`;

function cursorOf(text: string): Place {
  const [, ms, id] = /^(\d{1,16})~(alr_[0-9a-z]+)$/.exec(text) ?? [];
  if (ms !== undefined && id !== undefined) return { raisedMs: Number(ms), id };
  const fix = "give `next` of the page before";
  throw new ConfigError({ path: "query.after", reason: `"${text}" is no cursor`, fix });
}

/** Newest first: less than 0 when `a` stands before `b`. */
const compare = (a: Place, b: Place): number =>
  a.raisedMs !== b.raisedMs ? b.raisedMs - a.raisedMs : a.id < b.id ? 1 : a.id > b.id ? -1 : 0;

async function alertBy({ core, store }: AlertParts, id: string): Promise<Alert> {
  const known = core.state.alerts.get(id)?.alert;
  if (known !== undefined) return known;
  const [row] = (await store.alertPage({ id, limit: 1 })).rows;
  if (row === undefined) throw notThere(id);
  return JSON.parse(row.body) as Alert;
}
