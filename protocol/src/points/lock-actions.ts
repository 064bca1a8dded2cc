/** The `action`s of locks: what happened at the door, by whom. A table. */
import type { ReadingKind } from "../reading.ts";

export interface LockAction {
  /** State of the lock that follows. */
  readonly state?: "lock.locked" | "lock.unlocked";
  readonly kind?: ReadingKind;
  /** `value` of an access.denied. */
  readonly reason?: string;
  /** It was opened by a credential, whatever the source says. */
  readonly byCredential?: true;
}

const unlocked: LockAction = { state: "lock.unlocked" };
const locked: LockAction = { state: "lock.locked" };
const byCredential: LockAction = { state: "lock.unlocked", byCredential: true };
const denied = (reason: string): LockAction => ({ kind: "access.denied", reason });

const ACTIONS: Readonly<Record<string, LockAction>> = {
  unlock: unlocked,
  key_unlock: unlocked,
  manual_unlock: unlocked,
  schedule_unlock: unlocked,
  zigbee_unlock: unlocked,
  one_touch_unlock: unlocked,
  lock_opened: unlocked,
  lock_opened_inside: unlocked,
  lock_opened_outside: unlocked,
  rfid_unlock: byCredential,
  keypad_unlock: byCredential,
  password_unlock: byCredential,
  fingerprint_unlock: byCredential,
  finger_open: byCredential,
  password_open: byCredential,
  lock: locked,
  locked,
  one_touch_lock: locked,
  key_lock: locked,
  auto_lock: locked,
  schedule_lock: locked,
  manual_lock: locked,
  unlock_failure_invalid_pin_or_id: denied("invalid-credential"),
  unlock_failure_invalid_schedule: denied("schedule"),
  lock_failure_invalid_pin_or_id: denied("invalid-credential"),
  lock_failure_invalid_schedule: denied("schedule"),
  finger_not_match: denied("invalid-credential"),
  password_not_match: denied("invalid-credential"),
  door_closed: { kind: "door.closed" },
};

/** Sources of which a person holds something: a code, a card, a finger. */
const CREDENTIAL_SOURCES: readonly string[] = [
  "keypad",
  "rfid",
  "fingerprint",
  "fingerprintsensor",
  "rfid_card_unlock",
  "touch_unlock",
];

/** `finger_open_user_id3` and the like carry the user in their name. */
const WITH_USER = /^(finger_open|password_open)_(?:admin|user)_id(\d{1,5})$/;

export interface ReadAction extends LockAction {
  /** Number of the user within the lock. */
  readonly user?: string;
}

/** Undefined for what says nothing of the door. */
export function readLockAction(action: string, user: string | undefined): ReadAction | undefined {
  const [, open, ownUser] = WITH_USER.exec(action) ?? [];
  const name = open ?? action;
  const known = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (known === undefined) return undefined;
  const who = ownUser ?? user;
  return who !== undefined && isUser(who) ? { ...known, user: who } : known;
}

export const isCredentialSource = (source: string | undefined): boolean =>
  source !== undefined && CREDENTIAL_SOURCES.includes(source);

/** Locks give 65535 for nobody. */
export const isUser = (user: string): boolean => /^\d{1,5}$/.test(user) && user !== "65535";
