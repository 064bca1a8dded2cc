/** The town's book of events in PostgreSQL: a batch is written whole or not at all, each event once. */
import { readFileSync } from "node:fs";
import { CloudEvent } from "@gatehouse/protocol";
import { Client } from "pg";
import { arrived, type Gap } from "./gaps.ts";

export interface Arrival {
  /** In the stream. */
  readonly streamSequence: number;
  readonly subject: string;
  readonly payload: Uint8Array;
}

export interface Written {
  readonly fresh: number;
  readonly repeated: number;
  readonly refused: number;
}

interface Known {
  readonly event: CloudEvent;
  readonly gateway: string;
  readonly text: string;
}

const SCHEMA = readFileSync(new URL("schema.sql", import.meta.url), "utf8");
/** Any number, the same in every instance: only one applies the schema at a time. */
const SCHEMA_LOCK = 7_003_001;

const INSERT_EVENTS = `
  insert into town.events (id, gateway, sequence, lane, type, subject, time, event)
  select * from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::jsonb[])
  on conflict (gateway, id) do nothing
  returning gateway, sequence`;

export class Book {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Without a URL as the environment says (PGHOST, PGUSER, PGPASSWORD and the others). */
  static async open(url: string | undefined): Promise<Book> {
    const client = new Client({
      ...(url === undefined ? {} : { connectionString: url }),
      connectionTimeoutMillis: 5_000,
    });
    // Whatever is asked next fails with it.
    client.on("error", () => {});
    await client.connect();
    const book = new Book(client);
    await book.#transaction(async () => {
      await client.query("select pg_advisory_xact_lock($1)", [SCHEMA_LOCK]);
      await client.query(SCHEMA);
    });
    return book;
  }

  /** Resolves once it is committed. */
  async write(arrivals: readonly Arrival[]): Promise<Written> {
    const known: Known[] = [];
    const refused: { readonly arrival: Arrival; readonly reason: string }[] = [];
    for (const arrival of arrivals) {
      const read = readEvent(arrival);
      if ("reason" in read) refused.push({ arrival, reason: read.reason });
      else known.push(read);
    }
    const fresh = await this.#transaction(async () => {
      const rows = await this.#insert(known);
      await this.#note(rows);
      await this.#refuse(refused);
      return rows.length;
    });
    return { fresh, repeated: known.length - fresh, refused: refused.length };
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  async #transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.#client.query("begin");
    try {
      const result = await work();
      await this.#client.query("commit");
      return result;
    } catch (error) {
      await this.#client.query("rollback").catch(() => {});
      throw error;
    }
  }

  /** In the order of their keys, so that two instances with the same events wait for each other and never both ways. */
  async #insert(known: readonly Known[]): Promise<readonly { readonly gateway: string; readonly sequence: string }[]> {
    if (known.length === 0) return [];
    const key = ({ gateway, event }: Known) => `${gateway} ${event.id}`;
    const sorted = known.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
    const column = <T>(pick: (item: Known) => T) => sorted.map(pick);
    const { rows } = await this.#client.query(INSERT_EVENTS, [
      column(({ event }) => event.id),
      column(({ gateway }) => gateway),
      column(({ event }) => Number(event.sequence)),
      column(({ event }) => event.lane),
      column(({ event }) => event.type),
      column(({ event }) => event.subject),
      column(({ event }) => event.time),
      column(({ text }) => text),
    ]);
    return rows;
  }

  async #note(rows: readonly { readonly gateway: string; readonly sequence: string }[]): Promise<void> {
    const byGateway = Map.groupBy(rows, ({ gateway }) => gateway);
    const gateways = [...byGateway.keys()].toSorted();
    if (gateways.length === 0) return;
    const client = this.#client;
    await client.query(
      "insert into town.gateways (gateway) select unnest($1::text[]) order by 1 on conflict do nothing",
      [gateways],
    );
    const locked = await client.query(
      "select gateway, highest from town.gateways where gateway = any($1) order by gateway for update",
      [gateways],
    );
    const open = await client.query("select gateway, first, last from town.gaps where gateway = any($1)", [gateways]);
    for (const { gateway, highest } of locked.rows as { gateway: string; highest: string }[]) {
      const gaps: Gap[] = open.rows
        .filter((row: { gateway: string }) => row.gateway === gateway)
        .map((row: { first: string; last: string }) => ({ first: Number(row.first), last: Number(row.last) }));
      const sequences = (byGateway.get(gateway) ?? []).map(({ sequence }) => Number(sequence));
      const after = arrived({ highest: Number(highest), gaps }, sequences);
      await client.query("update town.gateways set highest = $2 where gateway = $1", [gateway, after.highest]);
      await this.#replace(gateway, gaps, after.gaps);
    }
  }

  async #replace(gateway: string, before: readonly Gap[], after: readonly Gap[]): Promise<void> {
    const key = ({ first, last }: Gap) => `${first}-${last}`;
    const [was, is] = [new Set(before.map(key)), new Set(after.map(key))];
    const gone = before.filter((gap) => !is.has(key(gap)));
    const come = after.filter((gap) => !was.has(key(gap)));
    if (gone.length > 0) {
      const firsts = gone.map(({ first }) => first);
      await this.#client.query("delete from town.gaps where gateway = $1 and first = any($2::bigint[])", [
        gateway,
        firsts,
      ]);
    }
    for (const { first, last } of come) {
      await this.#client.query("insert into town.gaps (gateway, first, last) values ($1, $2, $3)", [
        gateway,
        first,
        last,
      ]);
    }
  }

  async #refuse(refused: readonly { readonly arrival: Arrival; readonly reason: string }[]): Promise<void> {
    for (const { arrival, reason } of refused) {
      const { streamSequence, subject, payload } = arrival;
      await this.#client.query(
        "insert into town.refused (stream_sequence, subject, reason, payload) values ($1, $2, $3, $4) on conflict do nothing",
        [streamSequence, subject, reason, Buffer.from(payload)],
      );
    }
  }
}

const SOURCE = "gatehouse/";

function readEvent({ payload }: Arrival): Known | { readonly reason: string } {
  const text = Buffer.from(payload).toString("utf8");
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { reason: "no JSON" };
  }
  const parsed = CloudEvent.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { reason: `${issue?.path.join(".")}: ${issue?.message}` };
  }
  // PostgreSQL's JSON cannot hold it.
  if (text.includes("\\u0000")) return { reason: "holds a zero character" };
  return { event: parsed.data, gateway: parsed.data.source.slice(SOURCE.length), text };
}
