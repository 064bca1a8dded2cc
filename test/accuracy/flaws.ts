/** What technicians leave behind: site files that say little or the wrong number, doors without a contact, one card for everybody in a room. */
import type { LabelledReading, LabelledSite } from "@gatehouse/device-sim";
import { Random } from "@gatehouse/protocol/testing";

type SiteOfFile = LabelledSite["site"];
type SpaceOfFile = SiteOfFile["spaces"][number];

/** Shares of the spaces, 0 to 1, of which it is so. */
export interface Flaws {
  /** The site file does not say how many people are registered, … */
  readonly noHeads: number;
  /** … which rooms the limit comes from, … */
  readonly noRooms: number;
  /** … whose cards they are. */
  readonly noCards: number;
  /** It says one registered person too few or too many, or as many as the limit. */
  readonly wrongHeads: number;
  /** All who live there go by one card. */
  readonly oneCard: number;
  /** No door of the site tells when it opens: 0 or 1. */
  readonly noContacts: number;
}

export const FLAWLESS: Flaws = { noHeads: 0, noRooms: 0, noCards: 0, wrongHeads: 0, oneCard: 0, noContacts: 0 };
export const NOTHING_SAID: Flaws = { ...FLAWLESS, noHeads: 1, noRooms: 1, noCards: 1 };

/** The site with its flaws; seeded by its id. */
export function flawed<Site extends Pick<LabelledSite, "site" | "readings">>(lived: Site, flaws: Flaws): Site {
  const site = withhold(misjudge(lived.site, flaws), flaws);
  const shared = sharedCards(lived, flaws);
  const listed = site.credentials?.filter(({ credential }) => (shared.get(credential) ?? credential) === credential);
  const readings = { [Symbol.iterator]: () => flawedReadings(lived.readings, flaws, shared) };
  return { ...lived, site: { ...site, ...(listed === undefined ? {} : { credentials: listed }) }, readings };
}

/** Cards of no space are left out with the last of them. */
function withhold(site: SiteOfFile, { noHeads, noRooms, noCards }: Flaws): SiteOfFile {
  const random = new Random(`withheld of ${site.site.id}`);
  const cardless = new Set<string>();
  const spaces = site.spaces.map((space) => {
    const [headless, roomless, withoutCards] = [noHeads, noRooms, noCards].map((share) => random.chance(share));
    if (withoutCards === true) cardless.add(space.id);
    const { registered, rooms, areaM2, ...rest } = space;
    return {
      ...rest,
      ...(headless === true || registered === undefined ? {} : { registered }),
      ...(roomless === true || rooms === undefined ? {} : { rooms }),
      ...(roomless === true || areaM2 === undefined ? {} : { areaM2 }),
    };
  });
  const listed = site.credentials?.filter(({ space }) => (space === undefined ? noCards < 1 : !cardless.has(space)));
  return { ...site, spaces, ...(listed === undefined ? {} : { credentials: listed }) };
}

function misjudge(site: SiteOfFile, { wrongHeads }: Flaws): SiteOfFile {
  const random = new Random(`register of ${site.site.id}`);
  const wrong = (space: SpaceOfFile): SpaceOfFile => {
    const { registered, limit } = space;
    if (registered === undefined || !random.chance(wrongHeads)) return space;
    const heads = [Math.max(1, registered - 1), registered + 1, limit?.persons ?? registered] as const;
    return { ...space, registered: random.pick(heads) };
  };
  return wrongHeads === 0 ? site : { ...site, spaces: site.spaces.map(wrong) };
}

/** Of each card of a resident that is not shown any more, the one shown in its place. */
function sharedCards({ site, readings }: Pick<LabelledSite, "site" | "readings">, { oneCard }: Flaws) {
  const cards = new Map<string, string>();
  if (oneCard === 0) return cards;
  const random = new Random(`cards of ${site.site.id}`);
  const sharing = new Set(site.spaces.flatMap(({ id }) => (random.chance(oneCard) ? [id] : [])));
  const behind = new Map(site.portals?.map(({ id, to }) => [id, to]));
  const others = new Set(site.credentials?.flatMap(({ credential, role }) => (role === "tenant" ? [] : [credential])));
  const firsts = new Map<string, string>();
  for (const { kind, portal = "", credential } of readings) {
    const space = behind.get(portal) ?? "";
    if (kind !== "access.granted" || credential === undefined || others.has(credential) || !sharing.has(space))
      continue;
    const first = firsts.get(space) ?? credential;
    firsts.set(space, first);
    if (!cards.has(credential)) cards.set(credential, first);
  }
  return cards;
}

function* flawedReadings(
  readings: LabelledSite["readings"],
  { noContacts }: Flaws,
  shared: ReadonlyMap<string, string>,
): Generator<LabelledReading> {
  for (const reading of readings) {
    const { kind, credential } = reading;
    if (noContacts === 1 && (kind === "door.opened" || kind === "door.closed")) continue;
    const shown = credential === undefined ? undefined : shared.get(credential);
    yield shown === undefined ? reading : { ...reading, credential: shown };
  }
}
