/** What a schema cannot see in the boards section: devices that are not there or not the bridge's to speak for, pins named twice. Pure. */
import { devicesOfBoard, type SiteBoard } from "./board-site.ts";
import type { Problem } from "./errors.ts";
import type { Site } from "./site.ts";
import { didYouMean } from "./spelling.ts";

export function checkBoards({ boards, devices }: Site): Problem[] {
  const problems: Problem[] = [];
  const known = new Map(devices.map((device) => [device.id, device]));
  const spokenFor = new Map<string, string>();
  for (const [at, board] of boards.entries()) {
    const place = `boards[${at}]`;
    const twin = boards.findIndex(({ id }) => id === board.id);
    if (twin < at)
      problems.push({
        path: `${place}.id`,
        reason: `"${board.id}" is already used by boards[${twin}].id`,
        fix: "choose another id",
      });
    const own = new Set<string>();
    for (const { path, device } of devicesOfBoard(board)) {
      const found = problemOf(
        device,
        known.get(device)?.driver,
        known.keys(),
        spokenFor.get(device),
        isShared(path) && own.has(device),
      );
      if (found !== undefined) problems.push({ path: `${place}.${path}`, ...found });
      if (isShared(path)) own.add(device);
      spokenFor.set(device, `${place}.${path}`);
    }
    problems.push(...sensorProblems(board, place));
  }
  return problems;
}

/** One device may take all a firmware's own messages; a sensor's device is the sensor's alone, for it numbers its readings differently. */
const isShared = (path: string): boolean => !path.startsWith("sensors");

function problemOf(
  device: string,
  driver: string | undefined,
  ids: Iterable<string>,
  taken: string | undefined,
  shared: boolean,
): Omit<Problem, "path"> | undefined {
  if (driver === undefined)
    return {
      reason: `there is no device "${device}"`,
      fix: didYouMean(device, new Set(ids)) ?? "list it under devices",
    };
  if (driver !== "mqtt")
    return {
      reason: `"${device}" is of driver "${driver}"`,
      fix: "the devices of a board are of driver mqtt: remove `driver`",
    };
  if (taken !== undefined && !shared)
    return { reason: `"${device}" is already spoken for by ${taken}`, fix: "give it a device of its own" };
  return undefined;
}

function sensorProblems({ sensors }: SiteBoard, place: string): Problem[] {
  return sensors.flatMap((sensor, at): Problem[] => {
    const path = `${place}.sensors[${at}]`;
    const twin = sensors.findIndex(({ pin }) => pin === sensor.pin);
    if (twin < at)
      return [
        { path: `${path}.pin`, reason: `pin ${sensor.pin} is already sensors[${twin}]'s`, fix: "name another pin" },
      ];
    if (sensor.type === "level" && !sensor.pin.startsWith("A"))
      return [{ path: `${path}.pin`, reason: `pin ${sensor.pin} measures no level`, fix: "name an analog pin, as A0" }];
    if (sensor.reads === "power" && sensor.type !== "level")
      return [{ path: `${path}.reads`, reason: "only a level gives power", fix: "write type: level" }];
    if (sensor.off >= sensor.on)
      return [
        { path: `${path}.off`, reason: `${sensor.off} is not below on (${sensor.on})`, fix: "write a smaller off" },
      ];
    return [];
  });
}
