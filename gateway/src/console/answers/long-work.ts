/** Answers that begin long work on the whole box: replays, backups, restores. */
import type { Core } from "../../core/core.ts";
import type { SpaceUnder, WhatIfAsked } from "../../replay/what-if.ts";
import type { Answers } from "../table/index.ts";
import type { JobFile, Jobs } from "./jobs.ts";
import { notThere } from "./refusals.ts";

type At = (share: number) => void;

export interface LongWorkParts {
  readonly core: Pick<Core, "model">;
  readonly jobs: Jobs;
  /** Throws ConfigError and LinkError. */
  whatIf(
    asked: Pick<WhatIfAsked, "limit" | "space" | "days">,
    at: At,
    signal: AbortSignal,
  ): Promise<readonly SpaceUnder[]>;
  backUp(passphrase: string | undefined, at: At, signal: AbortSignal): Promise<BackUpDone>;
  /** Reads it and puts it in place; the gateway then starts anew. `path` is gone afterwards. */
  restore(path: string, passphrase: string | undefined, at: At, signal: AbortSignal): Promise<RestoreDone>;
  /** Keeps an uploaded file for its job. */
  keep(path: string): Promise<string>;
  /** For a file whose job does not begin. */
  drop(path: string): Promise<void>;
}

export interface BackUpDone {
  readonly file: JobFile;
  readonly bytes: number;
  readonly rows: number;
  readonly files: number;
  /** Secrets in it. */
  readonly sealed: number;
  readonly notes: readonly string[];
}

export interface RestoreDone {
  readonly madeAt: string;
  readonly release: string;
  readonly site: string;
  readonly rows: number;
  readonly files: number;
  readonly secrets: boolean;
  readonly notes: readonly string[];
}

type Keys = "POST /api/1/replays" | "POST /api/1/backups" | "POST /api/1/restores";

const RESTORED = {
  en: "Everything is read. The gateway starts anew with it; accounts, keys and certificates of this box stay.",
  zh: "读取完成，网关将以备份内容重新启动；本机的账号、密钥和证书保持不变。",
};
const RESTORED_WHOLE = {
  en: "Everything is read. The gateway starts anew with it, and with the accounts and the certificate of the backup: load this page anew in a moment, and sign in with an account of the backup.",
  zh: "读取完成，网关将以备份内容重新启动，并使用备份中的账号和证书：请稍后重新打开本页，用备份中的账号登录。",
};

export function longWorkAnswers(parts: LongWorkParts): Answers<Keys> {
  const { jobs, core } = parts;
  return {
    "POST /api/1/replays": async ({ body: { limit, space, days } }, { name }) => {
      if (space !== undefined && !core.model.spaces.has(space)) throw notThere(space);
      const says = { en: `What if the limit were ${limit}?`, zh: `如果上限为${limit}人` };
      return jobs.begin(
        "replay",
        name,
        says,
        async (desk) => {
          const asked = { limit, days, ...(space === undefined ? {} : { space }) };
          const spaces = await parts.whatIf(asked, (share) => desk.at(share, says), desk.signal);
          const end =
            spaces.length === 0
              ? { en: "There is no history of those days yet.", zh: "这段时间还没有历史数据。" }
              : {
                  en: `${spaces.length} rooms under a limit of ${limit}`,
                  zh: `上限${limit}人，共${spaces.length}个房间`,
                };
          return { says: end, result: { limit, days, spaces }, file: spacesCsv(spaces, limit) };
        },
        { atOnce: 1, ...(space === undefined ? {} : { about: space }) },
      );
    },
    "POST /api/1/backups": async ({ body: { passphrase } }, { name }) => {
      const says = { en: "Writing the backup", zh: "正在备份" };
      return jobs.begin(
        "backup",
        name,
        says,
        async (desk) => {
          const { file, ...result } = await parts.backUp(passphrase, (share) => desk.at(share, says), desk.signal);
          const size = `${(result.bytes / 1e6).toFixed(1)} MB`;
          return { says: { en: `The backup is there: ${size}`, zh: `备份完成：${size}` }, result, file };
        },
        { atOnce: 1 },
      );
    },
    "POST /api/1/restores": async ({ body, headers }, { name }) => {
      const passphrase = headers["x-gatehouse-passphrase"];
      const path = await parts.keep(body.path);
      const says = { en: "Reading the backup", zh: "正在读取备份" };
      try {
        return jobs.begin(
          "restore",
          name,
          says,
          async (desk) => {
            const result = await parts.restore(path, passphrase, (share) => desk.at(share, says), desk.signal);
            return { says: result.secrets ? RESTORED_WHOLE : RESTORED, result };
          },
          { atOnce: 1 },
        );
      } catch (error) {
        await parts.drop(path);
        throw error;
      }
    },
  };
}

const TITLES = ["space", "name", "limit now", "nights", "nights over", "nights over now", "alerts", "alerts now"];

/** For an office program: text that could be taken for a formula is marked as text, in full width too. */
function spacesCsv(spaces: readonly SpaceUnder[], limit: number): JobFile {
  const cell = (value: string | number | null): string => {
    const text = String(value ?? "");
    const safe = typeof value === "string" && /^[=+\-@＝＋－＠\t\r\n]/.test(text) ? `'${text}` : text;
    return `"${safe.replaceAll('"', '""')}"`;
  };
  const rows = spaces.map((row) => [
    row.space,
    row.name,
    row.limitNow,
    row.nights,
    row.nightsOver,
    row.nightsOverNow,
    row.alerts,
    row.alertsNow,
  ]);
  const text = `\uFEFF${[TITLES, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
  return { type: "text/csv; charset=utf-8", name: `limit-${limit}.csv`, open: () => text };
}
