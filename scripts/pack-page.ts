// Packs the built page: beside each file that shrinks lie its Brotli and gzip forms, which the gateway sends as they are.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const PACKED: readonly string[] = [".js", ".css", ".svg", ".json", ".webmanifest"];
/** Below it the header costs more than packing saves. */
const SMALLEST_BYTES = 1_024;

/** Says how much of the folder goes over the wire. */
export function packPage(dir: string): {
  readonly files: number;
  readonly bytes: number;
  readonly packedBytes: number;
} {
  let [files, bytes, packedBytes] = [0, 0, 0];
  for (const name of readdirSync(dir, { recursive: true, encoding: "utf8" })) {
    const path = join(dir, name);
    if (!PACKED.includes(extname(path)) || !statSync(path).isFile()) continue;
    const content = readFileSync(path);
    if (content.length < SMALLEST_BYTES) continue;
    const params = { [constants.BROTLI_PARAM_QUALITY]: 10, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
    const packed = brotliCompressSync(content, { params });
    writeFileSync(`${path}.br`, packed);
    writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
    files++;
    bytes += content.length;
    packedBytes += packed.length;
  }
  return { files, bytes, packedBytes };
}
