/** The site file of a labelled site, as an operator would have written it; it tells nothing of the truth. */
import type { SiteFile } from "../site-for.ts";
import { devicesOf, type Equipment } from "./equipment.ts";
import type { Key } from "./keys.ts";
import type { Dwelling, Hall, Layout } from "./layout.ts";
import type { Family } from "./options.ts";
import type { Story } from "./scenarios.ts";

export const ZONE = "Asia/Shanghai";

const SITE_KIND: Readonly<Record<Family, SiteFile["site"]["kind"]>> = {
  flats: "rental-compound",
  dormitory: "dormitory",
  construction: "construction-site",
};
const ADDRESS = { code: "31011200000000000", grid: "MQ-001" };

export function siteFile(
  id: string,
  layout: Layout,
  stories: readonly Story[],
  equipment: Equipment,
  keys: readonly Key[],
): SiteFile {
  const { family, dwellings, hall } = layout;
  return {
    site: {
      id,
      name: id,
      kind: SITE_KIND[family],
      timezone: ZONE,
      address: { code: ADDRESS.code, text: "-", grid: ADDRESS.grid },
    },
    spaces: [
      ...(hall === undefined ? [] : [{ id: hall.id, kind: hall.kind, name: hall.id, address: ADDRESS }]),
      ...dwellings.map((dwelling, index) => spaceOf(dwelling, stories[index] as Story, hall)),
    ],
    portals: portalsOf(layout, equipment),
    devices: [
      ...(equipment.hall === undefined ? [] : devicesOf(equipment.hall)),
      ...equipment.dwellings.flatMap(devicesOf),
    ].map((device) => ({ ...device })),
    credentials: keys
      .flatMap(({ pseudonym, listed }) => (listed === undefined ? [] : [{ credential: pseudonym, ...listed }]))
      .sort((a, b) => (a.credential < b.credential ? -1 : 1)),
    drivers: [{ id: "mqtt", type: "mqtt" }],
  };
}

function spaceOf(dwelling: Dwelling, story: Story, hall: Hall | undefined): SiteFile["spaces"][number] {
  const { id, kind, roomsM2 } = dwelling;
  return {
    id,
    kind,
    name: id,
    address: ADDRESS,
    ...(hall === undefined ? {} : { parent: hall.id }),
    ...(kind === "flat" ? { rooms: roomsM2.map((areaM2) => ({ areaM2 })) } : { areaM2: roomsM2[0] as number }),
    limit: { persons: story.limit, basis: "given" },
    registered: story.registered,
    familyExempt: story.familyExempt,
  };
}

function portalsOf({ dwellings, hall }: Layout, equipment: Equipment): NonNullable<SiteFile["portals"]> {
  const from = hall?.id ?? "outside";
  const doors = dwellings.map(({ id }, index) => ({
    id: equipment.dwellings[index]?.portal ?? `D-${id}`,
    kind: "door" as const,
    from,
    to: id,
  }));
  if (hall === undefined || equipment.hall === undefined) return doors;
  const kind = hall.kind === "yard" ? ("turnstile" as const) : ("door" as const);
  return [{ id: equipment.hall.portal, kind, from: "outside", to: hall.id }, ...doors];
}
