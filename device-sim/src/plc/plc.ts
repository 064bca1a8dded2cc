/** A simulated PLC with turnstiles: an OPC UA server whose variables are totals, pulses and contacts. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@gatehouse/protocol";
import type { OPCUAServer, UAVariable } from "node-opcua";

export interface PlcOptions {
  readonly host?: string;
  /** 0 takes any free one; a port of its own lets it come back where it was. */
  readonly port?: number;
  readonly gates?: number;
  /** Further variables that count, `X0` to `X{n-1}`, for load. */
  readonly extra?: number;
  /** Who may come in; without it everybody. */
  readonly login?: { readonly user: string; readonly password: string };
  /** Also without certificates. Default true. */
  readonly open?: boolean;
  /** Where its keys are; default a folder that goes with it. */
  readonly folder?: string;
}

/** A gate's variables: `ns=1;s=Gate1.In` and so on. */
export const GATE_VARIABLES = ["In", "Out", "PassedIn", "Door", "Alarm"] as const;
/** The others are truth values. A pulse is a word here that is 1 for a moment, as many programs have it. */
const WORDS = ["In", "Out", "PassedIn"] as const;
export type GateVariable = (typeof GATE_VARIABLES)[number];

export interface Plc extends AsyncDisposable {
  readonly port: number;
  readonly endpoint: string;
  /** `gate` from 1 on. */
  node(gate: number, variable: GateVariable): string;
  /** A person passes: total and pulse. */
  pass(gate: number, direction: "in" | "out"): void;
  pulse(gate: number): void;
  set(gate: number, variable: GateVariable, value: number | boolean): void;
  /** The sensor behind a variable fails, or is back. */
  setGood(gate: number, variable: GateVariable, good: boolean): void;
  /** Changes all further variables once. */
  change(): void;
  /** Power loss: it is gone without a word. */
  kill(): Promise<void>;
}

const PULSE_MS = 40;

/** Its totals outlive a restart only if they are handed on. */
export async function startPlc(options: PlcOptions = {}): Promise<Plc> {
  const opcua = await import("node-opcua");
  const { host = "127.0.0.1", gates = 1, extra = 0, login, open = true } = options;
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), "gatehouse-plc-")));
  const certificates = new opcua.OPCUACertificateManager({
    rootFolder: join(folder, "pki"),
    automaticallyAcceptUnknownCertificate: true,
  });
  await certificates.initialize();
  const { Basic256Sha256, None } = opcua.SecurityPolicy;
  const { Sign, SignAndEncrypt, None: Plain } = opcua.MessageSecurityMode;
  const server = new opcua.OPCUAServer({
    host,
    hostname: host,
    port: options.port ?? 0,
    nodeset_filename: [opcua.nodesets.standard],
    serverCertificateManager: certificates,
    userCertificateManager: certificates,
    securityPolicies: open ? [Basic256Sha256, None] : [Basic256Sha256],
    securityModes: open ? [SignAndEncrypt, Sign, Plain] : [SignAndEncrypt, Sign],
    allowAnonymous: login === undefined,
    userManager: {
      isValidUser: (user: string, password: string) => user === login?.user && password === login?.password,
    },
    registerServerMethod: opcua.RegisterServerMethod.HIDDEN,
    serverInfo: { applicationName: { text: "Simulated PLC" }, applicationUri: "urn:gatehouse:sim-plc" },
  });
  await server.initialize();
  const variables = addVariables(server, gates, extra, opcua);
  await server.start();
  return new SimPlc(server, variables, opcua, options.folder === undefined ? folder : undefined);
}

type Opcua = typeof import("node-opcua");

function addVariables(server: OPCUAServer, gates: number, extra: number, { DataType }: Opcua) {
  const { addressSpace } = server.engine;
  const variables = new Map<string, UAVariable>();
  const namespace = addressSpace?.getOwnNamespace();
  const parent = namespace?.addObject({ organizedBy: addressSpace?.rootFolder.objects ?? "", browseName: "Plc" });
  const add = (name: string, dataType: "UInt32" | "Boolean") => {
    const node = namespace?.addVariable({
      browseName: name,
      nodeId: `s=${name}`,
      dataType,
      minimumSamplingInterval: 0,
      ...(parent === undefined ? {} : { componentOf: parent }),
    });
    if (node === undefined) return;
    node.setValueFromSource({ dataType: DataType[dataType], value: dataType === "UInt32" ? 0 : false });
    variables.set(name, node);
  };
  for (let gate = 1; gate <= gates; gate++)
    for (const name of GATE_VARIABLES)
      add(`Gate${gate}.${name}`, WORDS.some((word) => word === name) ? "UInt32" : "Boolean");
  for (let i = 0; i < extra; i++) add(`X${i}`, "UInt32");
  return variables;
}

class SimPlc implements Plc {
  readonly port: number;
  readonly endpoint: string;
  readonly #server: OPCUAServer;
  readonly #variables: ReadonlyMap<string, UAVariable>;
  readonly #opcua: Opcua;
  readonly #folder: string | undefined;
  readonly #extra: readonly UAVariable[];
  #changes = 0;
  #over = false;

  constructor(server: OPCUAServer, variables: Map<string, UAVariable>, opcua: Opcua, folder: string | undefined) {
    this.#server = server;
    this.#variables = variables;
    this.#opcua = opcua;
    this.#folder = folder;
    this.#extra = [...variables].filter(([name]) => name.startsWith("X")).map(([, node]) => node);
    this.endpoint = server.getEndpointUrl();
    this.port = Number(/:(\d+)/.exec(this.endpoint.slice("opc.tcp://".length))?.[1]);
  }

  node(gate: number, variable: GateVariable): string {
    return `ns=1;s=Gate${gate}.${variable}`;
  }

  pass(gate: number, direction: "in" | "out"): void {
    const total = this.#variable(gate, direction === "in" ? "In" : "Out");
    this.#put(total, Number(total.readValue().value.value) + 1);
    if (direction === "out") return;
    this.pulse(gate);
  }

  pulse(gate: number): void {
    this.set(gate, "PassedIn", 1);
    systemClock.after(PULSE_MS, () => {
      if (!this.#over) this.set(gate, "PassedIn", 0);
    });
  }

  set(gate: number, variable: GateVariable, value: number | boolean): void {
    this.#put(this.#variable(gate, variable), value);
  }

  setGood(gate: number, variable: GateVariable, good: boolean): void {
    const { StatusCodes } = this.#opcua;
    const node = this.#variable(gate, variable);
    node.setValueFromSource(node.readValue().value, good ? StatusCodes.Good : StatusCodes.BadSensorFailure);
  }

  change(): void {
    this.#changes += 1;
    for (const node of this.#extra) this.#put(node, this.#changes);
  }

  async kill(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    await this.#server.shutdown(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }

  #variable(gate: number, variable: GateVariable): UAVariable {
    const node = this.#variables.get(`Gate${gate}.${variable}`);
    if (node === undefined) throw new RangeError(`there is no gate ${gate}`);
    return node;
  }

  #put(node: UAVariable, value: number | boolean): void {
    const { DataType } = this.#opcua;
    const dataType = typeof value === "boolean" ? DataType.Boolean : DataType.UInt32;
    node.setValueFromSource({ dataType, value });
  }
}
