/** Schema 1: everything the first release keeps. */

/**
 * Hot tables (journal, outbox, kept) grow at their end and carry no second index: an index with random inserts costs more than the row.
 * Their keys are plain integers (see lanes.ts): a key of several columns spills every row over 1 kB onto a page of its own.
 * `state` is one row of JSON, so that all counters of a transaction dirty one page.
 * `sum` is the CRC-32 of the body: SQLite has none, and a rotten body must not be taken for a reading.
 */
export const tables = `
CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), body TEXT NOT NULL);
CREATE TABLE uplink (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);

CREATE TABLE journal (
  seq INTEGER PRIMARY KEY, now_ms NUMERIC NOT NULL, type TEXT NOT NULL, credential TEXT, body TEXT NOT NULL, sum INTEGER NOT NULL
);
CREATE TABLE outbox (key INTEGER PRIMARY KEY, journal_seq INTEGER, text TEXT);
CREATE TABLE kept (key INTEGER PRIMARY KEY, journal_seq INTEGER, text TEXT, until_ms NUMERIC NOT NULL);

CREATE TABLE snapshot (part TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY (part, id));
CREATE TABLE alert (
  id TEXT PRIMARY KEY, space TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, raised_ms NUMERIC NOT NULL, body TEXT NOT NULL,
  sum INTEGER NOT NULL
);

CREATE TABLE quarantine (
  n INTEGER PRIMARY KEY, lane INTEGER NOT NULL, seq INTEGER NOT NULL, at_ms NUMERIC NOT NULL, reason TEXT NOT NULL, body TEXT
);
CREATE TABLE rejection (n INTEGER PRIMARY KEY, at_ms NUMERIC NOT NULL, device TEXT NOT NULL, reason TEXT NOT NULL);
CREATE TABLE gap (
  n INTEGER PRIMARY KEY AUTOINCREMENT, lane INTEGER, from_ms NUMERIC NOT NULL, to_ms NUMERIC NOT NULL, count INTEGER NOT NULL,
  reason TEXT NOT NULL
);
`;
