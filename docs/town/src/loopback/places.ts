/** Where a program on loopback lives: a port of its own and a folder of its own. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Below the ports that the system hands out to connections, which would take one that was found free before its server starts. */
const FIRST_PORT = 20_000;
const PORTS = 12_000;
/** Processes of tests begin at different places. */
let next = FIRST_PORT + ((process.pid * 97) % PORTS);

/** Was free a moment ago. */
export async function freePort(): Promise<number> {
  for (;;) {
    next = FIRST_PORT + ((next - FIRST_PORT + 1) % PORTS);
    const server = createServer();
    const listening = once(server, "listening");
    server.listen(next, "127.0.0.1");
    try {
      await listening;
    } catch {
      continue;
    }
    server.close();
    await once(server, "close");
    return next;
  }
}

/** Removed when disposed of. */
export function ownFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "gatehouse-town-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
