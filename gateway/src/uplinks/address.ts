/** Addresses of platforms: encrypted, or not leaving this machine. */
import { z } from "zod";

/** This machine, by a name that nobody else can give it. */
export const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Of the uplinks to platforms; `localhost` and addresses of the loopback need no leave. */
export const allowPrivate = z
  .boolean()
  .optional()
  .describe(
    "also where the name leads to this machine or its own network's links (127.0.0.0/8, 169.254.0.0/16, fe80::/10 …)",
  );

/** A URL of the secure protocol, or of the plain one to loopback; without a password in it. Protocols end with `:`. */
export function platformUrl(secure: string, plain: string): z.ZodType<URL> {
  const fix = `write ${secure}//…; ${plain}// is only for this machine itself (localhost)`;
  return z.string().transform((text, context) => {
    const problem = (message: string) => {
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    };
    if (!URL.canParse(text)) return problem(`"${text}" is not a URL: ${fix}`);
    const url = new URL(text);
    if (url.username !== "" || url.password !== "")
      return problem("a user name or password does not belong into a URL");
    const allowed = url.protocol === secure || (url.protocol === plain && LOOPBACK.test(url.hostname));
    return allowed ? url : problem(`"${text}" would cross the network unencrypted: ${fix}`);
  });
}
