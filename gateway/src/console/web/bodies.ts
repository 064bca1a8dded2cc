/** Bodies of requests: JSON, bytes, and large ones that go into a file. */
import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { Refusal } from "../refusal.ts";
import type { SpooledBody } from "../table/index.ts";

/** JSON is Fastify's own, which refuses `__proto__`. */
export function takeBodies(app: FastifyInstance, spoolDir: string): void {
  app.removeContentTypeParser("text/plain");
  app.addContentTypeParser("*", async (request: FastifyRequest, payload: IncomingMessage) => {
    const limit = request.routeOptions.bodyLimit;
    const { spool } = request.routeOptions.config as { readonly spool?: boolean };
    if (spool !== true) return collect(payload, limit);
    await mkdir(spoolDir, { recursive: true, mode: 0o700 });
    const path = join(spoolDir, `body-${randomBytes(8).toString("hex")}`);
    const remove = () => void rm(path, { force: true }).catch(() => {});
    request.raw.once("close", () => request.raw.readableEnded || remove());
    const bytes = await toFile(payload, path, limit).catch((error: unknown) => {
      remove();
      throw error;
    });
    spooled.set(request.raw, remove);
    return { path, bytes } satisfies SpooledBody;
  });
  app.addHook("onResponse", async (request) => spooled.get(request.raw)?.());
}

/** How to remove the file of a request. */
const spooled = new WeakMap<object, () => void>();

async function collect(payload: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of payload) {
    bytes += chunk.length;
    if (bytes > limit) throw new Refusal("too-large", { values: { bytes: limit } });
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

async function toFile(payload: IncomingMessage, path: string, limit: number): Promise<number> {
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      if (bytes > limit) done(new Refusal("too-large", { values: { bytes: limit } }));
      else done(null, chunk);
    },
  });
  await pipeline(payload, counted, createWriteStream(path, { mode: 0o600, flags: "wx" }));
  return bytes;
}
