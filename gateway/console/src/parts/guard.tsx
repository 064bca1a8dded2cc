/** Keeps a failure of one page to that page, and says what to do. */
import { Component, type ReactNode } from "react";
import { useWords } from "../words/language.ts";
import { shellWords } from "../words/shell.ts";

interface State {
  readonly failure: string | undefined;
}

export class Guard extends Component<{ readonly children: ReactNode }, State> {
  override readonly state: State = { failure: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { failure: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }

  override render() {
    return this.state.failure === undefined ? this.props.children : <Broken failure={this.state.failure} />;
  }
}

function Broken({ failure }: { readonly failure: string }) {
  const words = useWords(shellWords);
  return (
    <div className="empty" role="alert">
      <h2>{words.broken}</h2>
      <p>{words.brokenFix}</p>
      <pre className="failure">{failure}</pre>
      <button type="button" className="plain-link" onClick={() => globalThis.location.reload()}>
        {words.reload}
      </button>
    </div>
  );
}
