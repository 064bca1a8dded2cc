/** What somebody is to the site, without a name. */
import { z } from "zod";

export const CredentialRole = z.enum(["tenant", "staff", "landlord", "cleaner", "visitor"]);
