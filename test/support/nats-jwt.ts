/** Operator, account and users of a NATS server by JWT, as `nsc` makes them (NATS JWT version 2), for the test of credentials files. */
import { createHash } from "node:crypto";
import { nkeys } from "@nats-io/transport-node";

type KeyPair = ReturnType<typeof nkeys.createUser>;

export interface JwtWorld {
  /** Lines of the server's configuration. */
  readonly config: readonly string[];
  /** A credentials file of a new user of the account. */
  creds(): string;
}

export function jwtWorld(): JwtWorld {
  const [operator, account, user] = [nkeys.createOperator(), nkeys.createAccount(), () => nkeys.createUser()];
  const operatorJwt = signed(operator, operator, { type: "operator" });
  const unlimited = { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };
  const accountJwt = signed(operator, account, { type: "account", limits: unlimited });
  return {
    config: [
      `operator: "${operatorJwt}"`,
      "resolver: MEMORY",
      `resolver_preload: { ${account.getPublicKey()}: "${accountJwt}" }`,
    ],
    creds: () => {
      const owner = user();
      const jwt = signed(account, owner, { type: "user", subs: -1, data: -1, payload: -1 });
      const seed = Buffer.from(owner.getSeed()).toString("latin1");
      const block = (name: string, text: string) => `-----BEGIN ${name}-----\n${text}\n------END ${name}------\n`;
      return `${block("NATS USER JWT", jwt)}\n${block("USER NKEY SEED", seed)}`;
    },
  };
}

function signed(issuer: KeyPair, subject: KeyPair, nats: object): string {
  const claims = { iat: 1_767_225_600, iss: issuer.getPublicKey(), sub: subject.getPublicKey(), name: "test" };
  const jti = createHash("sha256").update(JSON.stringify(claims)).digest("hex");
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const head = encode({ typ: "JWT", alg: "ed25519-nkey" });
  const text = `${head}.${encode({ jti, ...claims, nats: { ...nats, version: 2 } })}`;
  return `${text}.${Buffer.from(issuer.sign(Buffer.from(text))).toString("base64url")}`;
}
