/** The certificate authority of this box, to be compared with what the box printed. */
import type { Hello } from "../../shell/box.ts";
import { useWords } from "../../words/language.ts";
import { sessionWords } from "../../words/session.ts";

export function Fingerprint({ hello }: { readonly hello: Hello }) {
  const words = useWords(sessionWords);
  if (hello.caFingerprint === null) return null;
  return (
    <details className="fingerprint">
      <summary>{words.fingerprint}</summary>
      <code>{hello.caFingerprint}</code>
    </details>
  );
}
