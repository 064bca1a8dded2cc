/** `gatehouse opcua`: whom the OPC UA server and its PLC drivers trust, and the certificate by which it is known itself. */
import { readFile } from "node:fs/promises";
import { ConfigError, ID_PATTERN } from "@gatehouse/protocol";
import { Command } from "commander";
import type { PeerCertificate } from "../opcua/certificates.ts";
import { STATE_OPTION } from "./running.ts";
import { textTable } from "./text-table.ts";

interface TrustFlags {
  readonly state: string;
  readonly driver?: string;
}

const EXAMPLES = `
Examples:
  gatehouse opcua trust list                      clients that came, and whether they are trusted
  gatehouse opcua trust add 3f2a91d0              trust the one whose thumbprint begins so
  gatehouse opcua trust add --file scada.der      trust one before it comes
  gatehouse opcua trust remove 3f2a91d0           turn it away from its next connection on
  gatehouse opcua trust list --driver plc         PLCs that the driver "plc" met
  gatehouse opcua certificate > gatehouse.pem     the server's own, for the client's list

A client that nobody trusts yet is turned away, and its certificate waits in the list. Compare the thumbprint with what the
client shows before you trust it. The running server takes a change within seconds.`;

export function opcuaCommand(): Command {
  const opcua = new Command("opcua")
    .summary("whom the OPC UA server trusts")
    .description("Lists, trusts and turns away the certificates of OPC UA clients; prints the server's own.")
    .addHelpText("after", EXAMPLES);
  const trust = sub("trust", "certificates of clients");
  trust.addCommand(
    withState(sub("list", "clients that came"))
      .option("--json", "print the list as JSON")
      .action((flags: TrustFlags & { readonly json?: true }) => list(flags)),
  );
  trust.addCommand(
    withState(sub("add", "trust a client"))
      .argument("[thumbprint]", "its thumbprint, or how that begins")
      .option("--file <file>", "a certificate, PEM or DER, of a client that has not come yet")
      .action((which: string | undefined, flags: TrustFlags & { readonly file?: string }) => add(which, flags)),
  );
  trust.addCommand(
    withState(sub("remove", "turn a client away"))
      .argument("<thumbprint>", "its thumbprint, or how that begins")
      .action((which: string, flags: TrustFlags) => remove(which, flags)),
  );
  opcua.addCommand(trust);
  opcua.addCommand(
    withState(sub("certificate", "print the server's own certificate, PEM")).action((flags: TrustFlags) =>
      printOwn(flags),
    ),
  );
  return opcua;
}

const sub = (name: string, description: string): Command =>
  new Command(name).description(description).exitOverride().showHelpAfterError("(gatehouse opcua --help explains it)");

const withState = (command: Command): Command =>
  command
    .option(...STATE_OPTION)
    .option("--driver <id>", "whom a driver of type opcua trusts, in place of the server", parseId);

const pkiOf = async ({ state, driver }: TrustFlags): Promise<string> => {
  const { pkiFolder } = await import("../opcua/certificates.ts");
  return pkiFolder(state, driver);
};

function parseId(text: string): string {
  if (ID_PATTERN.test(text)) return text;
  throw new ConfigError({
    path: "--driver",
    reason: `"${text}" is no id`,
    fix: "write the id of a driver of the site file",
  });
}

async function list({ json, ...flags }: TrustFlags & { readonly json?: true }): Promise<void> {
  const { peerCertificates } = await import("../opcua/certificates.ts");
  const all = await peerCertificates(await pkiOf(flags));
  if (json) process.stdout.write(`${JSON.stringify(all)}\n`);
  else if (all.length === 0) process.stdout.write("Nobody has come yet.\n");
  else {
    const head = ["thumbprint", "trusted", "name", "application", "valid until"];
    const rows = all.map((one) => [
      one.thumbprint,
      one.trusted ? "yes" : "no",
      one.name,
      one.applicationUri,
      one.validTo,
    ]);
    process.stdout.write(textTable([head, ...rows]));
  }
}

async function add(
  which: string | undefined,
  { file, ...flags }: TrustFlags & { readonly file?: string },
): Promise<void> {
  const { setTrust, trustFile } = await import("../opcua/certificates.ts");
  if (file !== undefined) return say(await trustFile(await pkiOf(flags), file), "is trusted now");
  if (which === undefined) {
    const fix = "write its thumbprint, or --file FILE";
    throw new ConfigError({ path: "<thumbprint>", reason: "whom to trust?", fix });
  }
  say(await setTrust(await pkiOf(flags), which, true), "is trusted now");
}

async function remove(which: string, flags: TrustFlags): Promise<void> {
  const { setTrust } = await import("../opcua/certificates.ts");
  say(await setTrust(await pkiOf(flags), which, false), "is turned away from its next connection on");
}

function say({ name, thumbprint }: PeerCertificate, what: string): void {
  process.stdout.write(`${name} (${thumbprint}) ${what}\n`);
}

async function printOwn(flags: TrustFlags): Promise<void> {
  const { ownCertificate } = await import("../opcua/certificates.ts");
  const file = ownCertificate(await pkiOf(flags));
  try {
    process.stdout.write(await readFile(file, "utf8"));
  } catch (cause) {
    const fix = "start the gateway once with a section `opcua` in its site file, or name its state folder with --state";
    throw new ConfigError({ path: file, reason: "there is no certificate yet", fix }, { cause });
  }
}
