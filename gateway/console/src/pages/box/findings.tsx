/** What is wrong with a site file, or worth a look, with the line and what to do. */
import { Alert } from "antd";

interface Finding {
  readonly path: string;
  readonly reason: string;
  readonly fix?: string | undefined;
  readonly line?: number | undefined;
}

export interface FindingsProps {
  readonly title: string;
  readonly type: "error" | "warning";
  readonly findings: readonly Finding[];
}

const SHOWN = 100;

export function Findings({ title, type, findings }: FindingsProps) {
  if (findings.length === 0) return null;
  return (
    <Alert
      className="card"
      type={type}
      showIcon
      title={title}
      description={
        <ul className="problems">
          {findings.slice(0, SHOWN).map(({ path, reason, fix, line }) => (
            <li key={`${line} ${path} ${reason}`} dir="auto">
              {line === undefined ? "" : `${line}: `}
              <code>{path}</code> {reason}
              {fix === undefined ? "" : ` → ${fix}`}
            </li>
          ))}
        </ul>
      }
    />
  );
}
