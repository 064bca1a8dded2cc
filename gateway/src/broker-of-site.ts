/** The broker as the site file has it. */
import type { BrokerAccount } from "./broker/accounts.ts";
import type { BrokerConfig } from "./broker/broker.ts";
import type { LoadedSite } from "./config.ts";

export function brokerConfig({ site, secret }: LoadedSite): BrokerConfig {
  const { listen, tls, anonymousLoopback } = site.broker;
  if (tls === undefined) return { listen, anonymousLoopback };
  return { listen, anonymousLoopback, tls: { listen: tls.listen, cert: secret(tls.cert), key: secret(tls.key) } };
}

export function accountsOf({ site, secret }: LoadedSite): Map<string, BrokerAccount> {
  const accounts = new Map<string, BrokerAccount>();
  for (const { id, password } of site.devices)
    accounts.set(id, { role: "device", password: password === undefined ? undefined : secret(password) });
  for (const { user, password, role, topics } of site.accounts)
    accounts.set(user, { role, topics, password: secret(password) });
  return accounts;
}
