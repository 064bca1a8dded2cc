/** The drivers and uplinks there are, as the commands that load a site file want them. */
import { z } from "zod";
import type { AdapterRow } from "../config.ts";

export const adapterRows: { readonly driverTypes: readonly AdapterRow[]; readonly uplinkTypes: readonly AdapterRow[] } =
  {
    driverTypes: [{ type: "mqtt", config: z.strictObject({}) }],
    uplinkTypes: [],
  };
