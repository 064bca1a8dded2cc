/** The table of uplinks: one row a way to a platform. A later uplink is one more row. */
import { httpsUplink } from "./https.ts";
import { mqttUplink } from "./mqtt.ts";
import { natsUplink } from "./nats.ts";
import { sparkplugUplink } from "./sparkplug/sparkplug.ts";
import { webhookUplink } from "./webhook.ts";
import { wecomUplink } from "./wecom.ts";

export const uplinkTypes = [httpsUplink, mqttUplink, natsUplink, webhookUplink, wecomUplink, sparkplugUplink] as const;
