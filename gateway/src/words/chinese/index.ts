/** All Chinese sentences by their English; `{}` stands for each value that is filled in. */
import { ofBackup } from "./backup.ts";
import { ofBoards } from "./boards.ts";
import { ofCommandLine } from "./command-line.ts";
import { ofComposed } from "./composed.ts";
import { ofConsole } from "./console.ts";
import { ofCore } from "./core.ts";
import { ofDevices } from "./devices.ts";
import { ofDrivers } from "./drivers.ts";
import { ofLines } from "./lines.ts";
import { ofReplay } from "./replay.ts";
import { ofSite } from "./site.ts";
import { ofSiteFile } from "./site-file.ts";
import { ofStore } from "./store.ts";
import { ofUplinks } from "./uplinks.ts";

export const CHINESE: Readonly<Record<string, string>> = {
  ...ofBackup,
  ...ofBoards,
  ...ofCommandLine,
  ...ofComposed,
  ...ofConsole,
  ...ofCore,
  ...ofDevices,
  ...ofDrivers,
  ...ofLines,
  ...ofReplay,
  ...ofSiteFile,
  ...ofSite,
  ...ofStore,
  ...ofUplinks,
};
