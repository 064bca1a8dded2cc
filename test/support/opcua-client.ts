/** A SCADA system as OPC UA sees it: node-opcua's own client, with a folder of keys of its own. */
import { join } from "node:path";
import {
  AttributeIds,
  type ClientSession,
  ClientSubscription,
  constructEventFilter,
  type DataValue,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAClient,
  SecurityPolicy,
  TimestampsToReturn,
  UserTokenType,
  Variant,
} from "node-opcua";

export interface ScadaOptions {
  readonly endpoint: string;
  /** Folder of its keys; a client with another folder is another client. */
  readonly folder: string;
  readonly user?: { readonly name: string; readonly password: string };
  readonly mode?: "encrypt" | "sign" | "none";
}

export interface Scada extends AsyncDisposable {
  readonly session: ClientSession;
  read(node: string): Promise<DataValue>;
}

const MODES = {
  encrypt: MessageSecurityMode.SignAndEncrypt,
  sign: MessageSecurityMode.Sign,
  none: MessageSecurityMode.None,
} as const;

/** Comes in; rejects with what the server said. */
export async function openScada({ endpoint, folder, user, mode = "encrypt" }: ScadaOptions): Promise<Scada> {
  const certificates = new OPCUACertificateManager({
    rootFolder: join(folder, "pki"),
    automaticallyAcceptUnknownCertificate: true,
  });
  await certificates.initialize();
  const client = OPCUAClient.create({
    applicationName: "test-scada",
    applicationUri: "urn:test-scada",
    securityMode: MODES[mode],
    securityPolicy: mode === "none" ? SecurityPolicy.None : SecurityPolicy.Basic256Sha256,
    clientCertificateManager: certificates,
    endpointMustExist: false,
    connectionStrategy: { maxRetry: 0, initialDelay: 50 },
  });
  // Said again by the rejection.
  client.on("connection_failed", () => {});
  try {
    await client.createDefaultCertificate();
    await client.connect(endpoint);
    const session = await client.createSession(
      user === undefined
        ? { type: UserTokenType.Anonymous }
        : { type: UserTokenType.UserName, userName: user.name, password: user.password },
    );
    return {
      session,
      read: (node) => session.read({ nodeId: node, attributeId: AttributeIds.Value }),
      async [Symbol.asyncDispose]() {
        await client.closeSession(session, true).catch(() => {});
        await client.disconnect();
      },
    };
  } catch (error) {
    await client.disconnect();
    throw error;
  }
}

export interface AlarmEvent {
  readonly conditionId: string;
  readonly eventId: Buffer;
  readonly fields: Readonly<Record<string, unknown>>;
}

const FIELDS = [
  "EventId",
  "ConditionName",
  "SourceName",
  "Message",
  "Severity",
  "Retain",
  "ActiveState.Id",
  "AckedState.Id",
  "ConfirmedState.Id",
  "Comment",
  "ClientUserId",
] as const;

/** Alarm events of the whole server, oldest first; the list grows. */
export async function watchAlarms(session: ClientSession): Promise<{
  readonly events: readonly AlarmEvent[];
  refresh(): Promise<void>;
}> {
  const subscription = ClientSubscription.create(session, {
    requestedPublishingInterval: 100,
    requestedMaxKeepAliveCount: 10,
    requestedLifetimeCount: 100,
    publishingEnabled: true,
  });
  await new Promise((resolve) => subscription.once("started", resolve));
  const filter = constructEventFilter([...FIELDS]);
  const { ConditionIdOperand } = await conditionId();
  filter.selectClauses?.push(ConditionIdOperand);
  const events: AlarmEvent[] = [];
  const item = await subscription.monitor(
    { nodeId: "i=2253", attributeId: AttributeIds.EventNotifier },
    { samplingInterval: 0, queueSize: 1_000, discardOldest: true, filter },
    TimestampsToReturn.Both,
  );
  item.on("changed", (values: unknown) => {
    const list = values as Variant[];
    const fields = Object.fromEntries(FIELDS.map((name, i) => [name, plain(list[i]?.value)]));
    const condition = list[FIELDS.length]?.value;
    if (condition === null || condition === undefined) return;
    events.push({ conditionId: String(condition), eventId: list[0]?.value as Buffer, fields });
  });
  return {
    events,
    refresh: async () => {
      const result = await session.call({
        objectId: "i=2782",
        methodId: "i=3875",
        inputArguments: [new Variant({ dataType: "UInt32", value: subscription.subscriptionId })],
      });
      if (!result.statusCode.isGood()) throw new Error(result.statusCode.toString());
    },
  };
}

const plain = (value: unknown): unknown =>
  value !== null && typeof value === "object" && "text" in value ? value.text : value;

/** The condition's own NodeId is an attribute of the event, asked for without a path (OPC 10000-9, 5.5.2). */
async function conditionId() {
  const { SimpleAttributeOperand } = await import("node-opcua");
  const ConditionIdOperand = new SimpleAttributeOperand({
    typeDefinitionId: "i=2782",
    browsePath: [],
    attributeId: AttributeIds.NodeId,
  });
  return { ConditionIdOperand };
}

export type AlarmMethod = "acknowledge" | "confirm" | "comment";
const METHODS: Readonly<Record<AlarmMethod, string>> = {
  acknowledge: "i=9111",
  confirm: "i=9113",
  comment: "i=9029",
};

/** The name of the status the server answered with. */
export async function callAlarm(
  session: ClientSession,
  method: AlarmMethod,
  { conditionId: objectId, eventId }: AlarmEvent,
  comment: string,
): Promise<string> {
  const { statusCode } = await session.call({
    objectId,
    methodId: METHODS[method],
    inputArguments: [
      new Variant({ dataType: "ByteString", value: eventId }),
      new Variant({ dataType: "LocalizedText", value: { text: comment, locale: "en" } }),
    ],
  });
  return statusCode.name;
}
