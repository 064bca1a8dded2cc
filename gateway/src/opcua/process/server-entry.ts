/** The process of the OPC UA server: the site's state comes over the broker, what users do goes back the same way. Never imports the gateway's core. */
import { join } from "node:path";
import { LinkError, systemClock } from "@gatehouse/protocol";
import type { ServerTask } from "../seam.ts";
import { type BrokerLink, openBrokerLink } from "./broker-link.ts";
import { Conditions } from "./conditions.ts";
import { Doorkeeper } from "./doorkeeper.ts";
import { log, type Parent, sayUp, underParent } from "./parent.ts";
import { keepFew } from "./rejected-limit.ts";
import { SiteTree } from "./site-tree.ts";
import type { StateMessage } from "./state-shapes.ts";
import { followTrust } from "./trust-watch.ts";
import { prepareServer } from "./ua-server.ts";

underParent<ServerTask>(serve);

async function serve({ task, signal }: Parent<ServerTask>): Promise<void> {
  const clock = systemClock;
  const doorkeeper = new Doorkeeper(task.users, clock, (user, why) => log.warn({ user, why }, "opcua user refused"));
  const { server, certificates } = await prepareServer(task, doorkeeper);
  const { addressSpace } = server.engine;
  if (addressSpace === null) throw new LinkError("refused", "the server has no address space");
  const tree = new SiteTree(addressSpace, task);
  let link: BrokerLink | undefined;
  const conditions = new Conditions({
    addressSpace,
    tree,
    language: task.language,
    clock,
    log,
    mayAct: (user) => doorkeeper.mayAct(user),
    ask: (ask) =>
      link === undefined ? Promise.reject(new LinkError("refused", "the gateway is away")) : link.ask(ask),
  });
  try {
    const failed = Promise.withResolvers<never>();
    failed.promise.catch(() => {});
    link = await openBrokerLink(task.broker, clock, (message) => {
      // MQTT.js would go on without a word.
      try {
        hear(message, tree, conditions);
      } catch (error) {
        failed.reject(error);
      }
    });
    await server.start();
    sayUp(signal);
    log.info({ endpoint: server.getEndpointUrl() }, "opc ua server listens");
    const pki = join(task.folder, "pki");
    keepFew(join(pki, "rejected"), clock, signal);
    followTrust(pki, certificates, clock, signal);
    await Promise.race([link.lost, failed.promise, aborted(signal)]);
  } finally {
    link?.close();
    await server.shutdown(0);
  }
}

function hear(message: StateMessage, tree: SiteTree, conditions: Conditions): void {
  if (message.kind === "space") tree.tellSpace(message.state);
  else if (message.kind === "health") tree.tellHealth(message.health);
  else if (message.kind === "alert") conditions.tell(message.alert);
  else if (message.kind === "gone") conditions.gone(message.alert);
  else if (message.kind === "unreadable")
    log.warn({ reason: message.reason }, "state of the gateway is not understood");
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
