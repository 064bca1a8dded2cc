/** Whether a platform may open what a command would open: a door, by its lock or by a relay that stands at it. Pure. */
import type { CommandAction } from "@gatehouse/protocol";
import type { Model } from "../model.ts";

export type RemoteOpening = { readonly may: "on" | "two-persons" } | { readonly may: "off"; readonly reason: string };

/** What moves no door is `on`. A relay counts as the door's own: it may be the one that opens it. */
export function remoteOpening(
  model: Pick<Model, "devices" | "portals">,
  target: string,
  action: CommandAction,
  args: Readonly<Record<string, unknown>>,
): RemoteOpening {
  if (action !== "unlock" && action !== "output") return { may: "on" };
  const device = model.devices.get(target);
  if (device === undefined) return { may: "on" };
  const portal = device.portal === undefined ? undefined : model.portals.get(device.portal);
  if (portal === undefined) {
    if (action === "output" && device.kind !== "board") return { may: "on" };
    return {
      may: "off",
      reason: `${target} stands at no door of the site file, so nothing says that it may be opened from afar`,
    };
  }
  if (args["door"] !== undefined)
    return { may: "off", reason: "args.door: from afar only the device's own door can be opened" };
  if (portal.remoteOpen !== "off") return { may: portal.remoteOpen };
  return { may: "off", reason: `portal ${portal.id} may not be opened from afar (\`remoteOpen\` in the site file)` };
}
