/** Who is there: the claim of a new box, sessions, accounts. */
import { z } from "zod";
import { Done, NamedId, Role, route } from "./route.ts";

export const AccountName = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,31}$/u, "must be 1 to 32 letters, digits, '.', '_' or '-'");
const Password = z.string().min(10, "must be at least 10 characters").max(200);
const TotpCode = z.string().regex(/^\d{6}$/, "must be 6 digits");

export const Session = z.object({
  name: z.string(),
  roles: z.array(Role),
  csrf: z.string().describe("goes into the header `x-gatehouse-csrf` of every request that changes something"),
  idleSeconds: z.int().describe("signed out after so long without a request"),
  endsAt: z.string().describe("signed out then in any case"),
  totp: z.boolean(),
  mustChangePassword: z.boolean(),
});
export type Session = z.infer<typeof Session>;

export const SessionRow = z.object({
  id: z.string().describe("names the session, and is not its secret"),
  name: z.string(),
  since: z.string(),
  lastSeenAt: z.string(),
  address: z.string(),
  agent: z.string(),
  own: z.boolean().describe("the one that asks"),
});

export const AccountRow = z.object({
  name: z.string(),
  roles: z.array(Role),
  createdAt: z.string(),
  lastSignInAt: z.string().nullable(),
  disabled: z.boolean(),
  totp: z.boolean(),
  lockedUntil: z.string().nullable(),
});
export type AccountRow = z.infer<typeof AccountRow>;

export const sessionRoutes = {
  "GET /api/1/hello": route({
    summary: "Whether this box was claimed, and what it is",
    access: "public",
    answer: z.object({
      product: z.literal("gatehouse"),
      version: z.string(),
      claimed: z.boolean(),
      claimOpen: z.boolean().describe("a claim code is asked for now"),
      site: z.string().nullable().describe("the site's name, for those signed in"),
      caFingerprint: z.string().nullable().describe("SHA-256 of the box's own certificate authority"),
    }),
  }),
  "POST /api/1/claim": route({
    summary: "Take over a new box with the code it printed; makes the first account, a technician and manager",
    access: "public",
    body: z.strictObject({ code: z.string().min(1).max(64), name: AccountName, password: Password }),
    answer: Session,
  }),
  "POST /api/1/session": route({
    summary: "Sign in",
    access: "public",
    body: z.strictObject({
      name: z.string().min(1).max(64),
      password: z.string().min(1).max(200),
      totp: TotpCode.optional(),
    }),
    answer: Session,
  }),
  "GET /api/1/session": route({ summary: "Who is signed in", access: "anyone", answer: Session }),
  "DELETE /api/1/session": route({ summary: "Sign out", access: "anyone", answer: Done }),
  "PUT /api/1/session/password": route({
    summary: "Change one's own password; signs out all other sessions",
    access: "anyone",
    body: z.strictObject({ old: z.string().min(1).max(200), new: Password }),
    answer: Done,
  }),
  "POST /api/1/session/totp": route({
    summary: "Begin with one-time codes: a secret for the authenticator app",
    access: "anyone",
    body: z.strictObject({ password: z.string().min(1).max(200) }),
    answer: z.object({ secret: z.string(), uri: z.string().describe("otpauth:// for a QR code") }),
  }),
  "PUT /api/1/session/totp": route({
    summary: "Confirm with a first code; from then on every sign-in needs one",
    access: "anyone",
    body: z.strictObject({ code: TotpCode }),
    answer: Done,
  }),
  "DELETE /api/1/session/totp": route({
    summary: "End one-time codes",
    access: "anyone",
    body: z.strictObject({ password: z.string().min(1).max(200) }),
    answer: Done,
  }),
  "GET /api/1/sessions": route({
    summary: "One's own sessions; a technician's answer has everybody's",
    access: "anyone",
    answer: z.object({ sessions: z.array(SessionRow) }),
  }),
  "DELETE /api/1/sessions/:id": route({
    summary: "Sign a session out from afar: one's own, or as a technician anybody's",
    access: "anyone",
    params: NamedId,
    answer: Done,
  }),
  "GET /api/1/accounts": route({
    summary: "All accounts",
    access: ["technician", "auditor"],
    answer: z.object({ accounts: z.array(AccountRow) }),
  }),
  "POST /api/1/accounts": route({
    summary: "A new account; the password is to be changed at the first sign-in",
    access: ["technician"],
    body: z.strictObject({ name: AccountName, roles: z.array(Role).min(1), password: Password }),
    answer: AccountRow,
  }),
  "PATCH /api/1/accounts/:name": route({
    summary: "Roles, disabling, a new password, an end to one-time codes; signs the account out",
    access: ["technician"],
    params: z.object({ name: z.string().min(1).max(64) }),
    body: z.strictObject({
      roles: z.array(Role).min(1).optional(),
      disabled: z.boolean().optional(),
      password: Password.optional(),
      totp: z.literal(false).optional(),
    }),
    answer: AccountRow,
  }),
  "DELETE /api/1/accounts/:name": route({
    summary: "Delete an account; the last technician stays",
    access: ["technician"],
    params: z.object({ name: z.string().min(1).max(64) }),
    answer: Done,
  }),
} as const;
