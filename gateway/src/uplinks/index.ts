/** The table of uplinks: one row a way to a platform. A later uplink is one more row. */
import { httpsUplink } from "./https.ts";
import { mqttUplink } from "./mqtt.ts";
import { webhookUplink } from "./webhook.ts";
import { wecomUplink } from "./wecom.ts";

export const uplinkTypes = [httpsUplink, mqttUplink, webhookUplink, wecomUplink] as const;
