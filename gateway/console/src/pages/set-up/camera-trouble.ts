/** Why a camera shows nothing, by the names browsers give: what they say of it themselves is in the browser's language, and for programmers. */

/** Each is a key of the words. */
export type CameraTrouble = "none" | "forbidden" | "busy" | "other";

const BY_NAME: Readonly<Record<string, CameraTrouble>> = {
  NotFoundError: "none",
  OverconstrainedError: "none",
  NotAllowedError: "forbidden",
  SecurityError: "forbidden",
  NotReadableError: "busy",
  AbortError: "busy",
};

export const cameraTrouble = (error: unknown): CameraTrouble =>
  (error instanceof Error ? BY_NAME[error.name] : undefined) ?? "other";
