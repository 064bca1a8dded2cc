/** The benchmarks' city platform: says where it listens, then one line for each alert event with its time of arrival. */
import { silentLog, startCity } from "@gatehouse/device-sim";
import { type Alert, systemClock } from "@gatehouse/protocol";

const city = await startCity({
  https: { host: "127.0.0.1", port: 0 },
  caFile: process.argv[2],
  record: "counts",
  clock: systemClock,
  log: silentLog,
  onEvent: ({ type, data }) => {
    if (!type.startsWith("gatehouse.alert.")) return;
    const { space, trigger } = data as unknown as Alert;
    const arrival = {
      space,
      change: type.slice("gatehouse.alert.".length),
      seq: trigger?.seq,
      atMs: performance.timeOrigin + performance.now(),
    };
    process.stdout.write(`${JSON.stringify(arrival)}\n`);
  },
});
process.stdout.write(`${JSON.stringify({ url: city.httpsUrl, control: city.controlUrl })}\n`);
process.once("SIGTERM", () => void city.close().then(() => process.exit(0)));
