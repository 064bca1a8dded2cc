/** The table of uplinks: one row a way to a platform. A later uplink is one more row. */
import { httpsUplink } from "./https.ts";
import { mqttUplink } from "./mqtt.ts";
import { natsUplink } from "./nats.ts";

export const uplinkTypes = [httpsUplink, mqttUplink, natsUplink] as const;
