/** Secrets of devices and uplinks that must have a form, as a key: looked at with the site file, not when what needs them starts. */
import { type Problem, SecretRef, type Site } from "@gatehouse/protocol";
import type { SecretForm } from "../core/ports.ts";

interface SecretsOf {
  readonly id: string;
  readonly row: { readonly secrets?: Readonly<Record<string, SecretForm>> };
}

/** `read` gives what a reference stands for; it was read without a problem. */
export function secretProblems(site: Site, drivers: readonly SecretsOf[], read: (ref: SecretRef) => Buffer): Problem[] {
  const forms = new Map(drivers.map(({ id, row }) => [id, row.secrets ?? {}]));
  return site.devices.flatMap((device, index) =>
    Object.entries(forms.get(device.driver) ?? {}).flatMap(([key, form]): Problem[] => {
      const ref = SecretRef.safeParse(device[key]);
      const problem = ref.success ? form(read(ref.data)) : undefined;
      return problem === undefined ? [] : [{ path: `devices[${index}].${key}`, ...problem }];
    }),
  );
}

/** What configuration needs of a configured uplink for it. */
interface UplinkKeys {
  readonly config: unknown;
  readonly row: { problems?(config: never, secret: (ref: SecretRef) => Buffer): readonly Problem[] };
}

/** In the order of the site file. */
export function uplinkSecretProblems(
  uplinks: readonly UplinkKeys[],
  read: (ref: SecretRef) => Buffer,
): readonly Problem[] {
  return uplinks.flatMap(({ row, config }, index) =>
    (row.problems?.(config as never, read) ?? []).map((problem) => ({
      ...problem,
      path: `uplinks[${index}].${problem.path}`,
    })),
  );
}
