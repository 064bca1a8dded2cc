/** A state message of an entity, reduced to what is read of it. Pure. */
import type { Entity, Picked } from "@gatehouse/protocol";

/** Undefined for a message that says nothing. `lockActions`: events are those of a lock. */
export function readState(entity: Entity, payload: string, lockActions: boolean): Picked | undefined {
  const text = entity.state?.template === undefined ? payload : entity.state.template.render(payload);
  if (text === undefined || text === "") return undefined;
  if (!entity.event) return new Map([[entity.id, text.slice(0, 300)]]);
  const fields = objectOf(text);
  const type = fields?.["event_type"];
  if (fields === undefined || typeof type !== "string") return undefined;
  const picked = new Map([[entity.id, type]]);
  if (!lockActions) return picked;
  picked.set("action", type);
  const user = fields["action_user"] ?? fields["user_id"] ?? fields["user"];
  if (typeof user === "number" || typeof user === "string") picked.set("action_user", String(user));
  const source = fields["action_source_name"] ?? fields["source"];
  if (typeof source === "string") picked.set("action_source_name", source);
  return picked;
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    if (json === null || typeof json !== "object" || Array.isArray(json)) return undefined;
    return json as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
