/** What the core took or refused, as an entry of the audit log: who, what, to what. No words of people, no credentials. */
import type { Deed } from "@gatehouse/protocol";
import { asideText, type LeftAside } from "../backup/left-aside.ts";
import type { Input } from "../core/step.ts";
import type { Done } from "./entry.ts";

/** Undefined for what time and devices bring. `refused` says why the core did not take it, `version` which site file is in use and by whom. */
export function doneOf(input: Input, refused: string | undefined, version: () => string | undefined): Done | undefined {
  const end = refused === undefined ? "" : `refused: ${refused}`;
  switch (input.type) {
    case "deed":
      return { by: input.by, what: `deed ${input.deed.do}`, subject: subjectOf(input.deed), detail: end };
    case "fire-over":
      return { by: input.by, what: "fire-over", subject: "fire", detail: end };
    case "command": {
      const { id, issuer, action, target } = input;
      const deed = input.deed === undefined ? "" : ` as deed ${input.deed.do}`;
      const said = input.end === undefined ? "" : `; ${endOf(input.end)}`;
      return {
        by: issuer,
        what: `command ${action}`,
        subject: target,
        detail: `${id}${deed}${said}${end && `; ${end}`}`,
      };
    }
    case "command-result":
      return { by: "gateway", what: "command-result", subject: input.id, detail: endOf(input) };
    case "command-refused":
      return {
        by: input.issuer,
        what: `command-refused ${input.action}`,
        subject: input.target,
        detail: `${input.id}; ${input.code}: ${input.error}`,
      };
    case "config": {
      const inUse = version();
      return {
        by: "gateway",
        what: "configuration",
        subject: input.config.site.site.id,
        detail: `in use from now on${inUse === undefined ? "" : `: ${inUse}`}`,
      };
    }
    default:
      return undefined;
  }
}

const endOf = ({ outcome, error }: { readonly outcome: string; readonly error?: string | undefined }): string =>
  error === undefined ? outcome : `${outcome}: ${error}`;

function subjectOf(deed: Deed): string {
  if ("alert" in deed) return deed.alert;
  if ("prompt" in deed) return String(deed.prompt);
  if ("handOver" in deed) return "item" in deed ? `${deed.handOver} ${deed.item}` : deed.handOver;
  if ("space" in deed) return String(deed.space ?? "");
  if ("to" in deed) return String(deed.to);
  return "";
}

/** A backup that was put in place of what was here. `undone`: what was there before was put back, as the gateway did not start with the backup. */
export function restoreDone(
  taken: { readonly madeAt: string; readonly replaced: string | undefined },
  undone?: { readonly left: LeftAside | undefined },
): Done {
  const before = taken.replaced === undefined ? "" : `; what was here before stands in ${taken.replaced}`;
  const left =
    undone?.left === undefined || taken.replaced === undefined ? "" : `; ${asideText(undone.left, taken.replaced)}`;
  const what = undone !== undefined ? "undone: the gateway did not start with the backup" : "put back from a backup";
  return { by: "gateway", what: "restore", subject: taken.madeAt, detail: `${what}${before}${left}` };
}
