/** One session with a PLC and its subscription. Single use: what is lost ends it, and the library's own reconnect never gets its turn. */
import { join } from "node:path";
import { type Clock, LinkError } from "@gatehouse/protocol";
import {
  AttributeIds,
  type ClientMonitoredItemGroup,
  type ClientSession,
  type ClientSubscription,
  DataType,
  type DataValue,
  MessageSecurityMode,
  OPCUAClient,
  SecurityPolicy,
  TimestampsToReturn,
  UserTokenType,
} from "node-opcua-client";
import type { PointValue, ReaderTask } from "../seam.ts";
import { openTrustStore } from "./trust-store.ts";

export interface PlcLink {
  /** Rejects with a LinkError when the PLC is lost; never resolves. */
  readonly lost: Promise<never>;
  close(): Promise<void>;
}

const CONNECT_MS = 10_000;
/** Changes of one variable the PLC keeps between two publications. */
const QUEUE = 200;
/** Variables in one request. */
const AT_ONCE = 500;
/** Publications without a change that are waited for on top of three periods: the network has its say. */
const SLACK_MS = 500;
const STALE_PERIODS = 3;

/** InfoType DataValue with its overflow bit (OPC 10000-4, 7.39). */
const OVERFLOW = 0x480;

export async function openPlcLink(
  task: ReaderTask,
  clock: Clock,
  onValue: (value: PointValue) => void,
): Promise<PlcLink> {
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => {});
  const fail = (code: "closed" | "timeout" | "refused", reason: string) =>
    lost.reject(new LinkError(code, `${task.endpoint}: ${reason}`));
  const client = await makeClient(task);
  for (const event of ["connection_lost", "start_reconnection", "abort", "close"] as const)
    client.on(event, () => fail("closed", "the PLC closed the connection"));
  const cancel = clock.after(CONNECT_MS, () => fail("timeout", `no session within ${CONNECT_MS / 1_000} s`));
  try {
    const session = await Promise.race([enter(client, task), lost.promise]);
    const subscription = await Promise.race([subscribe(session, task), lost.promise]);
    cancel();
    watch(subscription, task, clock, fail);
    await Promise.race([monitor(subscription, task, onValue), lost.promise]);
  } catch (cause) {
    cancel();
    client.disconnect().catch(() => {});
    if (cause instanceof LinkError) throw cause;
    throw new LinkError("refused", `${task.endpoint}: ${String((cause as Error).message)}`, { cause });
  }
  return { lost: lost.promise, close: () => client.disconnect() };
}

async function makeClient({ folder, name, security }: ReaderTask): Promise<OPCUAClient> {
  const certificates = openTrustStore(join(folder, "pki"));
  await certificates.initialize();
  const client = OPCUAClient.create({
    applicationName: `Gatehouse ${name}`,
    applicationUri: `urn:gatehouse:reader:${name}`,
    securityMode: {
      encrypt: MessageSecurityMode.SignAndEncrypt,
      sign: MessageSecurityMode.Sign,
      none: MessageSecurityMode.None,
    }[security],
    securityPolicy: security === "none" ? SecurityPolicy.None : SecurityPolicy.Basic256Sha256,
    clientCertificateManager: certificates,
    // A PLC tells the address it has in its own network; what stands in the site file is the way from here.
    endpointMustExist: false,
    connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 200 },
    keepSessionAlive: true,
    transportTimeout: CONNECT_MS,
  });
  await client.createDefaultCertificate();
  return client;
}

async function enter(client: OPCUAClient, { endpoint, login }: ReaderTask): Promise<ClientSession> {
  await client.connect(endpoint);
  if (login === undefined) return client.createSession({ type: UserTokenType.Anonymous });
  return client.createSession({ type: UserTokenType.UserName, userName: login.user, password: login.password });
}

async function subscribe(session: ClientSession, { publishMs }: ReaderTask): Promise<ClientSubscription> {
  return session.createSubscription2({
    requestedPublishingInterval: publishMs,
    // A publication every period, also when nothing changed: its absence is how silence is found out.
    requestedMaxKeepAliveCount: 1,
    requestedLifetimeCount: 100,
    maxNotificationsPerPublish: 2_000,
    publishingEnabled: true,
    priority: 1,
  });
}

type Fail = (code: "closed" | "timeout", reason: string) => void;

/** Silence of three periods, as the PLC itself has revised them. */
function watch(subscription: ClientSubscription, { publishMs }: ReaderTask, clock: Clock, fail: Fail): void {
  const periodMs = Math.max(publishMs, subscription.publishingInterval) * Math.max(1, subscription.maxKeepAliveCount);
  const staleMs = periodMs * STALE_PERIODS + SLACK_MS;
  let cancel = () => {};
  const heard = () => {
    cancel();
    cancel = clock.after(staleMs, () => fail("timeout", `silent for ${Math.round(staleMs)} ms`));
  };
  heard();
  subscription.on("keepalive", heard);
  subscription.on("received_notifications", heard);
  subscription.on("terminated", () => fail("closed", "the PLC ended the subscription"));
}

async function monitor(
  subscription: ClientSubscription,
  { nodes, sampleMs }: ReaderTask,
  onValue: (value: PointValue) => void,
): Promise<void> {
  for (let from = 0; from < nodes.length; from += AT_ONCE) {
    const some = nodes.slice(from, from + AT_ONCE);
    const group: ClientMonitoredItemGroup = await subscription.monitorItems(
      some.map((nodeId) => ({ nodeId, attributeId: AttributeIds.Value })),
      { samplingInterval: sampleMs, queueSize: QUEUE, discardOldest: true },
      TimestampsToReturn.Both,
    );
    group.on("changed", (_item, value, index) => onValue(pointValue(from + index, value)));
    for (const [i, item] of group.monitoredItems.entries()) {
      const { statusCode } = item;
      if (statusCode !== undefined && !statusCode.isGood())
        onValue({ point: from + i, good: false, status: statusCode.name });
    }
  }
}

export function pointValue(
  point: number,
  { value, statusCode, sourceTimestamp, serverTimestamp }: DataValue,
): PointValue {
  const at = sourceTimestamp ?? serverTimestamp;
  const plain = plainOf(value?.dataType, value?.value);
  return {
    point,
    good: statusCode.isGoodish(),
    status: statusCode.name,
    ...(plain === undefined ? {} : { value: plain }),
    ...(at === null || at === undefined ? {} : { atMs: at.getTime() }),
    ...((statusCode.value & OVERFLOW) === OVERFLOW ? { overflow: true } : {}),
  };
}

/** Undefined for text, arrays and structures. */
function plainOf(dataType: DataType | undefined, value: unknown): number | boolean | undefined {
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  const is64 = dataType === DataType.UInt64 || dataType === DataType.Int64;
  if (!is64 || !Array.isArray(value) || value.length !== 2) return undefined;
  const [high, low] = value as number[];
  const whole = (high ?? 0) * 2 ** 32 + (low ?? 0);
  return Number.isSafeInteger(whole) ? whole : undefined;
}
