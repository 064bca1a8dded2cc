/** The no to whoever asks for something that is not there. */
import { didYouMean, RejectedError } from "@gatehouse/protocol";

export function notThere(what: string, id: string, known: Iterable<string> = []): RejectedError {
  const hint = didYouMean(id, known);
  return new RejectedError(`there is no ${what} "${id}"${hint === undefined ? "" : `: ${hint}`}`);
}
