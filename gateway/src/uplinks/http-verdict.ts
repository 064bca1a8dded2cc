/** What an HTTP status other than 2xx means for a batch, told so that an operator knows what to do. */
import { LinkError, RejectedError } from "@gatehouse/protocol";
import type { PostAnswer } from "./post.ts";

/** Statuses by which a server says that it understood the batch and will never take it as it is. */
const BAD_BATCH: readonly number[] = [400, 413, 422];

const OPERATOR: Readonly<Record<number, string>> = {
  401: "the platform does not believe this gateway: check `sign` and its key, or the client certificate",
  403: "the platform does not allow this gateway to send: ask its operator",
  404: "there is nothing at this address: check the url",
  407: "a proxy of the network asks for a login: let this gateway through",
  429: "the platform asks to slow down: it is tried again later",
  511: "a log-in page of the network stands in between: sign this gateway in, or let it through",
};

/** A platform may put off the next attempt by so much and no more: an alert must not wait for ever on a typing error. */
const MAX_PUT_OFF_MS = 60_000;
/** A signed time further off is what the platform stumbles over. */
const CLOCK_OFF_MS = 60_000;

/** Returns for 2xx. Throws RejectedError where the batch as such is refused, else LinkError. */
export function judgeStatus({ status, text, headers }: PostAnswer, url: URL, nowMs: number): void {
  if (status >= 200 && status < 300) return;
  const said = text
    .replace(/[^\x20-\x7e]+/g, " ")
    .trim()
    .slice(0, 200);
  const message = `${url.origin}${url.pathname} answered ${status}${said === "" ? "" : `: ${said}`}`;
  if (BAD_BATCH.includes(status)) throw new RejectedError(message);
  const advice = adviceFor(status, headers.date, nowMs);
  const notBeforeMs = putOffMs(headers["retry-after"], nowMs);
  throw new LinkError("refused", advice === undefined ? message : `${message} (${advice})`, {
    ...(notBeforeMs === undefined ? {} : { notBeforeMs }),
  });
}

function adviceFor(status: number, date: string | undefined, nowMs: number): string | undefined {
  if (status >= 300 && status < 400) {
    return "redirects are not followed: write the final address; if it is a log-in page of the network, sign this gateway in";
  }
  const offMs = nowMs - Date.parse(date ?? "");
  if ((status === 401 || status === 403) && Math.abs(offMs) > CLOCK_OFF_MS) {
    const seconds = Math.round(Math.abs(offMs) / 1_000);
    const side = offMs > 0 ? "ahead of" : "behind";
    return `the clock of this machine is ${seconds} s ${side} the platform's, which makes signatures stale: check the time server`;
  }
  return OPERATOR[status];
}

/** Of a Retry-After in seconds or as a date (RFC 9110, section 10.2.3). */
function putOffMs(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - nowMs;
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, MAX_PUT_OFF_MS) : undefined;
}
