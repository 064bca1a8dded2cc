/** Where to look for devices: a serial port, a device server, or the network. */
import { Alert, Button, Checkbox, Input, InputNumber, Segmented, Select } from "antd";
import { useState } from "react";
import { CallProblem } from "../../client/problem.ts";
import { useAnswer } from "../../client/use-answer.ts";
import { Failed } from "../../parts/failed.tsx";
import { Field } from "../../parts/field.tsx";
import { call } from "../../shell/box.ts";
import { fill, useWords } from "../../words/language.ts";
import { protocolWords } from "../../words/protocols.ts";
import { setUpDevicesWords } from "../../words/set-up-devices.ts";
import { useKept } from "./kept-input.ts";

type Way = "serial" | "server" | "network";
interface ScanInput {
  readonly way: Way;
  readonly port: string;
  readonly host: string;
  readonly tcpPort: number;
  readonly protocols: readonly string[];
  readonly thorough: boolean;
}
const START: ScanInput = { way: "serial", port: "", host: "", tcpPort: 4001, protocols: [], thorough: false };
/** What a line may speak; the network has boards only. */
const PROTOCOLS = ["osdp", "dlt645", "cjt188", "modbus"] as const;
const BOARDS = "uhppote";

export const linkOf = ({ way, port, host, tcpPort }: Pick<ScanInput, "way" | "port" | "host" | "tcpPort">) => {
  if (way === "serial") return port === "" ? undefined : `serial:${port}`;
  if (way === "server") return host.trim() === "" ? undefined : `tcp:${host.trim()}:${tcpPort}`;
  return undefined;
};

interface ScanFormProps {
  readonly running: boolean;
  readonly onStarted: (job: string) => void;
}

export function ScanForm({ running, onStarted }: ScanFormProps) {
  const words = useWords(setUpDevicesWords);
  const protocols = useWords(protocolWords);
  const [input, keep] = useKept<ScanInput>("scan.form", START);
  const [problem, setProblem] = useState<CallProblem>();
  const ports = useAnswer("GET /api/1/ports", {});
  const list = ports.answer?.ports ?? [];
  const port = list.some(({ path }) => path === input.port)
    ? input.port
    : (list.find(({ usedBy }) => usedBy === null)?.path ?? "");
  const usedBy = list.find(({ path }) => path === port)?.usedBy ?? null;
  const link = linkOf({ ...input, port });
  const set = (change: Partial<ScanInput>) => keep({ ...input, ...change });
  const ways: readonly Way[] = ["serial", "server", "network"];
  const start = async () => {
    setProblem(undefined);
    const protocols = input.way === "network" ? [BOARDS] : [...input.protocols];
    const body = {
      ...(link === undefined ? {} : { link }),
      ...(protocols.length > 0 ? { protocols } : {}),
      thorough: input.thorough,
    };
    try {
      onStarted((await call("POST /api/1/scans", { body })).id);
    } catch (error) {
      if (!(error instanceof CallProblem)) throw error;
      setProblem(error);
    }
  };
  const blocked = input.way === "serial" && usedBy !== null;
  return (
    <div className="gh-card">
      <Segmented<Way>
        value={input.way}
        onChange={(way) => set({ way })}
        options={ways.map((value) => ({ value, label: words[value] }))}
      />
      {input.way === "serial" && (
        <PortChoice list={list} port={port} onPort={(path) => set({ port: path })} onReload={ports.reload} />
      )}
      {input.way === "server" && <ServerFields host={input.host} tcpPort={input.tcpPort} onChange={set} />}
      {input.way === "network" && <p className="gh-hint">{words.networkHint}</p>}
      {input.way !== "network" && (
        <div className="gh-fields">
          <Field label={words.protocols}>
            {(bind) => (
              <Select
                {...bind}
                mode="multiple"
                placeholder={words.allProtocols}
                value={[...input.protocols]}
                onChange={(protocols) => set({ protocols })}
                options={PROTOCOLS.map((value) => ({ value, label: protocols[value] }))}
              />
            )}
          </Field>
          <Checkbox checked={input.thorough} onChange={(event) => set({ thorough: event.target.checked })}>
            {words.thorough}
          </Checkbox>
        </div>
      )}
      {blocked && <Alert type="warning" showIcon title={fill(words.portUsedHint, { by: usedBy })} />}
      {problem !== undefined && <Failed problem={problem} />}
      <Button
        onClick={() => void start()}
        loading={running}
        disabled={blocked || (input.way !== "network" && link === undefined)}
      >
        {running ? words.scanning : words.scan}
      </Button>
    </div>
  );
}

interface PortChoiceProps {
  readonly list: readonly { readonly path: string; readonly label: string; readonly usedBy: string | null }[];
  readonly port: string;
  readonly onPort: (path: string) => void;
  readonly onReload: () => void;
}

export function PortChoice({ list, port, onPort, onReload }: PortChoiceProps) {
  const words = useWords(setUpDevicesWords);
  if (list.length === 0)
    return (
      <Alert type="info" showIcon title={words.noPorts} action={<Button onClick={onReload}>{words.refresh}</Button>} />
    );
  return (
    <Field label={words.port}>
      {(bind) => (
        <Select
          {...bind}
          value={port}
          onChange={onPort}
          options={list.map(({ path, label, usedBy }) => ({
            value: path,
            label: `${label}${usedBy === null ? "" : ` ${fill(words.portUsed, { by: usedBy })}`}`,
          }))}
        />
      )}
    </Field>
  );
}

interface ServerFieldsProps {
  readonly host: string;
  readonly tcpPort: number;
  readonly onChange: (change: { readonly host?: string; readonly tcpPort?: number }) => void;
}

export function ServerFields({ host, tcpPort, onChange }: ServerFieldsProps) {
  const words = useWords(setUpDevicesWords);
  return (
    <div className="gh-fields">
      <Field label={words.host} help={words.hostHint}>
        {(bind) => <Input {...bind} value={host} onChange={(event) => onChange({ host: event.target.value })} />}
      </Field>
      <Field label={words.tcpPort}>
        {(bind) => (
          <InputNumber
            {...bind}
            className="gh-wide"
            min={1}
            max={65_535}
            precision={0}
            value={tcpPort}
            onChange={(value) => value !== null && onChange({ tcpPort: value })}
          />
        )}
      </Field>
    </div>
  );
}
