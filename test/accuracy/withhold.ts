/** What a site file leaves out: many give no number of registered people, no cards, and a limit without the rooms it came from. */
import type { LabelledSite } from "@gatehouse/device-sim";
import { Random } from "@gatehouse/protocol/testing";

type SiteOfFile = LabelledSite["site"];

/** Shares of the spaces, 0 to 1, of which the site file does not say it. */
export interface Withheld {
  readonly registered: number;
  readonly rooms: number;
  readonly credentials: number;
}

export const EVERYTHING_SAID: Withheld = { registered: 0, rooms: 0, credentials: 0 };
export const NOTHING_SAID: Withheld = { registered: 1, rooms: 1, credentials: 1 };

/** The site with less said of its spaces; seeded by its id. Cards of no space are left out with the last of them. */
export function withhold(site: SiteOfFile, { registered, rooms, credentials }: Withheld): SiteOfFile {
  const random = new Random(`withheld of ${site.site.id}`);
  const cardless = new Set<string>();
  const spaces = site.spaces.map((space) => {
    const [noHeads, noRooms, noCards] = [registered, rooms, credentials].map((share) => random.chance(share));
    if (noCards === true) cardless.add(space.id);
    const { registered: heads, rooms: given, areaM2, ...rest } = space;
    return {
      ...rest,
      ...(noHeads === true || heads === undefined ? {} : { registered: heads }),
      ...(noRooms === true || given === undefined ? {} : { rooms: given }),
      ...(noRooms === true || areaM2 === undefined ? {} : { areaM2 }),
    };
  });
  const listed = site.credentials?.filter(({ space }) =>
    space === undefined ? credentials < 1 : !cardless.has(space),
  );
  return { ...site, spaces, ...(listed === undefined ? {} : { credentials: listed }) };
}
