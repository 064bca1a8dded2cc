/** A stream of bytes cut into lines of bounded length. */
import { RejectedError } from "@gatehouse/protocol";

const NEWLINE = 0x0a;

/** Lines without their end; the last one needs none. Throws RejectedError at a line that is too long. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      check(end, maxBytes);
      yield rest.toString("utf8", 0, end);
      rest = rest.subarray(end + 1);
    }
    check(rest.length, maxBytes);
  }
  if (rest.length > 0) yield rest.toString("utf8");
}

function check(bytes: number, maxBytes: number): void {
  if (bytes > maxBytes) throw new RejectedError(`a line has at most ${maxBytes} bytes`);
}
