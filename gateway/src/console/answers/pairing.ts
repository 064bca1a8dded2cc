/** Answers about the pairing window, and how a device that knocked comes into the site. */
import type { Device } from "@gatehouse/protocol";
import type { Pairing } from "../../core/pairing.ts";
import type { Answers, Asking } from "../table/index.ts";
import { doerOf } from "./deeds.ts";
import type { SiteEdit, SiteFile } from "./site-file.ts";

export interface PairingParts {
  readonly pairing: Pairing;
  readonly siteFile: SiteFile;
}

type Keys = "GET /api/1/pairing" | "PUT /api/1/pairing" | "POST /api/1/pairing/adopt";

interface Adopted {
  readonly user: string;
  readonly kind: Device["kind"];
  readonly portal?: string | undefined;
  readonly space?: string | undefined;
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
}

export function pairingAnswers({ pairing, siteFile }: PairingParts): Answers<Keys> {
  return {
    "GET /api/1/pairing": async () => pairing.now,
    "PUT /api/1/pairing": async ({ body: { minutes } }) => {
      pairing.set(minutes);
      return pairing.now;
    },
    "POST /api/1/pairing/adopt": async ({ body: { hash, devices, edits } }, asking) => {
      const { version, hash: now } = await adopt({ pairing, siteFile }, devices, { hash, edits }, asking);
      return { hash: now, version, adopted: devices.length };
    },
  };
}

/** The secrets go to disk before the site file names them. */
async function adopt(
  { pairing, siteFile }: PairingParts,
  devices: readonly Adopted[],
  { hash, edits: before }: { readonly hash: string; readonly edits: readonly SiteEdit[] },
  asking: Asking,
) {
  const secrets = devices.map(({ user }) => ({ user, value: pairing.password(user) }));
  const own = devices.map(({ user, kind, portal, space, settings = {} }): SiteEdit => {
    const place = { ...(portal === undefined ? {} : { portal }), ...(space === undefined ? {} : { space }) };
    const password = { file: `secrets/${secretName(user)}` };
    return { op: "add", path: "devices", value: { ...settings, id: user, kind, ...place, password } };
  });
  const note = `devices that announced themselves: ${devices.map(({ user }) => user).join(", ")}`.slice(0, 300);
  const what = { hash, note, by: doerOf(asking) };
  for (const { user, value } of secrets) await siteFile.writeSecret(secretName(user), value);
  const done = siteFile.edit([...before, ...own], { ...what, check: false });
  const { version, hash: now } = await done.catch(async (error: unknown) => {
    // Nobody names them.
    for (const { user } of secrets) await siteFile.dropSecret(secretName(user));
    throw error;
  });
  for (const { user } of secrets) pairing.done(user);
  return { version: version ?? 0, hash: now };
}

const secretName = (user: string): string => `mqtt-${user}.password`;
