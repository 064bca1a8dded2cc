/** Every open alert as an alarm condition: its transitions are events, and what clients do to it goes to the gateway first. */
import { type Alert, type Clock, LinkError, RejectedError } from "@gatehouse/protocol";
import {
  type AddressSpace,
  type CallMethodResultOptions,
  DataType,
  type ISessionContext,
  type LocalizedText,
  NodeId,
  type StatusCode,
  StatusCodes,
  type UAAlarmConditionEx,
  type UAMethod,
  type UAObjectType,
  type Variant,
} from "node-opcua";
import type { Ask } from "../seam.ts";
import { type AlarmStand, kindText, sameStand, standOf } from "./alarm-words.ts";
import type { Log } from "./parent.ts";
import type { SiteTree } from "./site-tree.ts";

export interface ConditionsOptions {
  readonly addressSpace: AddressSpace;
  readonly tree: SiteTree;
  readonly language: "zh" | "en";
  readonly clock: Clock;
  readonly log: Log;
  mayAct(user: string | undefined): boolean;
  /** Resolves with the alert once the deed is on disk. */
  ask(ask: Omit<Ask, "n">): Promise<Alert>;
}

interface Shown {
  readonly node: UAAlarmConditionEx;
  stand: AlarmStand;
  /** Ids of the events told while it stands as it does: a client may answer any of them. */
  events: string[];
  /** Ends it for good, a while after its last event. */
  forget: (() => void) | undefined;
}

/** Each costs some 100 KB: beyond it alerts stand in the gateway alone, and that is said. */
const MOST = 1_000;
const EVENTS_KEPT = 32;
/** Clients that are told of the end may still read the node. */
const LINGER_MS = 5_000;
const MAX_NOTE = 1_000;

type Step = Ask["do"];
type Done = (error: Error | null, result?: CallMethodResultOptions) => void;

export class Conditions {
  readonly #options: ConditionsOptions;
  readonly #type: UAObjectType;
  readonly #shown = new Map<string, Shown>();

  constructor(options: ConditionsOptions) {
    this.#options = options;
    options.addressSpace.installAlarmsAndConditionsService();
    this.#type = alarmType(options.addressSpace, options.tree);
    this.#bindTypes();
  }

  tell(alert: Alert): void {
    const stand = standOf(alert, this.#options.language);
    const known = this.#shown.get(alert.id);
    if (known === undefined) {
      if (stand.retain) this.#add(alert, stand);
      return;
    }
    known.forget?.();
    known.forget = undefined;
    this.#setFacts(known.node, alert);
    if (!sameStand(known.stand, stand)) this.#raise(known, stand);
    if (!stand.retain) this.#forgetLater(alert.id, known);
  }

  /** The gateway no longer has it open. */
  gone(id: string): void {
    const known = this.#shown.get(id);
    if (known === undefined || known.forget !== undefined) return;
    const over = { active: false, acked: true, confirmed: true, retain: false, atMs: this.#options.clock.nowMs() };
    if (known.stand.retain) this.#raise(known, { ...known.stand, ...over });
    this.#forgetLater(id, known);
  }

  #add(alert: Alert, stand: AlarmStand): void {
    if (this.#shown.size >= MOST) {
      this.#options.log.warn({ alert: alert.id, most: MOST }, "too many open alerts, this one is not shown over opcua");
      return;
    }
    const { tree, language } = this.#options;
    const { object, present } = tree.placeOf(alert.space);
    const node = tree.namespace.instantiateAlarmCondition(this.#type, {
      browseName: alert.id,
      nodeId: `s=alerts/${alert.id}`,
      componentOf: object,
      conditionSource: object,
      conditionName: kindText(alert, language),
      inputNode: present ?? new NodeId(),
      optionals: ["ConfirmedState", "Confirm"],
    });
    this.#bind(node);
    this.#setFacts(node, alert);
    const shown: Shown = { node, stand, events: [], forget: undefined };
    this.#shown.set(alert.id, shown);
    this.#raise(shown, stand);
  }

  #setFacts(node: UAAlarmConditionEx, alert: Alert): void {
    const set = (name: string, dataType: DataType, value: string | number) =>
      node.getPropertyByName(name)?.setValueFromSource({ dataType, value });
    set("AlertId", DataType.String, alert.id);
    set("AlertKind", DataType.String, alert.kind);
    set("AlertState", DataType.String, alert.state);
    set("Offence", DataType.UInt32, alert.offence);
  }

  /** One event a transition, each with an id of its own. */
  #raise(shown: Shown, stand: AlarmStand): void {
    const { tree } = this.#options;
    const branch = shown.node.currentBranch();
    if (stand.acked !== shown.stand.acked) shown.events = [];
    shown.stand = stand;
    const at = new Date(stand.atMs);
    const since = { sourceTimestamp: at };
    branch.setActiveState(stand.active);
    branch.setAckedState(stand.acked);
    branch.setConfirmedState(stand.confirmed);
    branch.setRetain(stand.retain);
    branch.setSeverity(stand.severity, since);
    branch.setMessage(tree.text(stand.message));
    branch.setComment(tree.text(stand.comment), since);
    branch.setClientUserId(stand.by);
    branch.setTime(at);
    branch.setReceiveTime(new Date(this.#options.clock.nowMs()));
    shown.node.raiseNewBranchState(branch);
    shown.events.push(branch.getEventId().toString("hex"));
    if (shown.events.length > EVENTS_KEPT) shown.events.shift();
  }

  #forgetLater(id: string, shown: Shown): void {
    shown.forget = this.#options.clock.after(LINGER_MS, () => {
      this.#shown.delete(id);
      this.#options.addressSpace.deleteNode(shown.node);
    });
  }

  /** Methods may be called on the condition, or by the id they have on its type. */
  #bindTypes(): void {
    const { addressSpace } = this.#options;
    const type = (name: string) => addressSpace.findEventType(name);
    const acknowledgeable = type("AcknowledgeableConditionType");
    bind(acknowledgeable?.getMethodByName("Acknowledge"), (given, context, done) =>
      this.#step("acknowledge", given, context, done),
    );
    bind(acknowledgeable?.getMethodByName("Confirm"), (given, context, done) =>
      this.#step("confirm", given, context, done),
    );
    const condition = type("ConditionType");
    bind(condition?.getMethodByName("AddComment"), (given, context, done) =>
      this.#step("comment", given, context, done),
    );
    for (const name of ["Enable", "Disable"]) bind(condition?.getMethodByName(name), refuse);
  }

  #bind(node: UAAlarmConditionEx): void {
    bind(node.acknowledge, (given, context, done) => this.#step("acknowledge", given, context, done));
    bind(node.confirm, (given, context, done) => this.#step("confirm", given, context, done));
    bind(node.addComment, (given, context, done) => this.#step("comment", given, context, done));
    // An alert is not to be switched off from afar.
    for (const method of [node.enable, node.disable]) bind(method, refuse);
  }

  #step(step: Step, given: readonly Variant[], context: ISessionContext, done: Done): void {
    this.#carryOut(step, given, context).then(
      (statusCode) => done(null, { statusCode }),
      (error: unknown) => {
        this.#options.log.warn({ step, reason: String(error) }, "a step of an opcua user failed");
        done(null, { statusCode: statusOf(error) });
      },
    );
  }

  async #carryOut(step: Step, given: readonly Variant[], context: ISessionContext): Promise<StatusCode> {
    const user = context.session === undefined ? undefined : context.getUserName();
    if (user === undefined || !this.#options.mayAct(user)) return StatusCodes.BadUserAccessDenied;
    const found = [...this.#shown].find(([, { node }]) => node === context.object);
    if (found === undefined) return StatusCodes.BadNodeIdUnknown;
    const [id, shown] = found;
    const eventId: unknown = given[0]?.value;
    const known = Buffer.isBuffer(eventId) && shown.events.includes(eventId.toString("hex"));
    if (!known) return StatusCodes.BadEventIdUnknown;
    const wrong = outOfTurn(step, shown.stand);
    if (wrong !== undefined) return wrong;
    const said = (given[1]?.value as LocalizedText | undefined)?.text?.trim().slice(0, MAX_NOTE) ?? "";
    if (step === "comment" && said === "") return StatusCodes.BadInvalidArgument;
    const note = said === "" ? {} : { note: said };
    // Told before the answer goes, so that a client that reads on sees what it did.
    this.tell(await this.#options.ask({ do: step, alert: id, by: user, ...note }));
    return StatusCodes.Good;
  }
}

function outOfTurn(step: Step, { acked, confirmed }: AlarmStand): StatusCode | undefined {
  if (step === "acknowledge" && acked) return StatusCodes.BadConditionBranchAlreadyAcked;
  if (step === "confirm" && confirmed) return StatusCodes.BadConditionBranchAlreadyConfirmed;
  if (step === "confirm" && !acked) return StatusCodes.BadInvalidState;
  return undefined;
}

function statusOf(error: unknown): StatusCode {
  if (error instanceof RejectedError) return StatusCodes.BadInvalidState;
  return error instanceof LinkError ? StatusCodes.BadTimeout : StatusCodes.BadInternalError;
}

const refuse = (_given: readonly Variant[], _context: ISessionContext, done: Done): void =>
  done(null, { statusCode: StatusCodes.BadUserAccessDenied });

function bind(
  method: UAMethod | null | undefined,
  run: (given: readonly Variant[], context: ISessionContext, done: Done) => void,
): void {
  method?.bindMethod((given: Variant[], context: ISessionContext, done: Done) => run(given, context, done));
}

/** Alarms of a gatehouse carry what an alert has beyond OPC UA's own terms. */
function alarmType(addressSpace: AddressSpace, tree: SiteTree): UAObjectType {
  const parent = addressSpace.findEventType("AlarmConditionType");
  const type = tree.namespace.addObjectType({
    browseName: "GatehouseAlarmType",
    nodeId: "s=GatehouseAlarmType",
    ...(parent === null ? {} : { subtypeOf: parent }),
  });
  for (const [browseName, dataType] of [
    ["AlertId", "String"],
    ["AlertKind", "String"],
    ["AlertState", "String"],
    ["Offence", "UInt32"],
  ] as const)
    tree.namespace.addVariable({ propertyOf: type, browseName, dataType, modellingRule: "Mandatory" });
  return type;
}
