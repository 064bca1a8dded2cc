/** The reference frames of OSDP as tests read them: protocol/vectors/osdp. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "../../vectors/osdp");

export interface OsdpVector {
  readonly name: string;
  readonly direction: "cp-to-pd" | "pd-to-cp";
  readonly hex: string;
  readonly step?: string;
  readonly origin?: "libosdp" | "handmade" | "tampered";
  readonly delivered?: boolean;
  readonly tampering?: string;
  readonly tMs?: number;
  readonly fields: {
    readonly leadingNoise?: string;
    readonly mark: boolean;
    readonly address: number;
    readonly isReply: boolean;
    readonly length: number;
    readonly control: { readonly byte: number; readonly sequence: number; readonly crc: boolean };
    readonly securityBlock: { readonly type: number; readonly data: string } | null;
    readonly code: number;
    readonly codeName: string | null;
    readonly payload: string;
    readonly plaintext?: string;
    readonly mac: string | null;
    readonly check: { readonly valid: boolean };
  };
  readonly decoded?: Readonly<Record<string, unknown>> | null;
  readonly crypto?: {
    readonly session?: number | null;
    readonly macIv?: string;
    readonly macFull?: string;
    readonly macValid?: boolean;
    readonly retransmission?: boolean;
    readonly macChain?: string;
    readonly sEnc?: string;
    readonly sMac1?: string;
    readonly sMac2?: string;
  };
}

export interface OsdpVectorSession {
  readonly cpRandom: string;
  readonly pdRandom: string;
  readonly clientUid: string;
  readonly keyName: string;
  readonly scbk: string;
  readonly sEnc: string;
  readonly sMac1: string;
  readonly sMac2: string;
  readonly pdCryptogram: string;
  readonly cpCryptogram: string;
  readonly rMacI: string;
}

export interface OsdpVectorFile {
  readonly scenario: string;
  readonly sessions?: readonly OsdpVectorSession[];
  readonly frames?: readonly OsdpVector[];
}

export function readOsdpVectors<T = OsdpVectorFile>(scenario: string): T {
  return JSON.parse(readFileSync(join(FOLDER, `${scenario}.json`), "utf8")) as T;
}

/** Every file with frames in it. */
export function osdpScenarios(): readonly OsdpVectorFile[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => readOsdpVectors(name.replace(/\.json$/, "")))
    .filter(({ frames }) => frames !== undefined);
}
