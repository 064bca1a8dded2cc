-- What a town keeps of its gateways' events. Applied at every start of a consumer; changes nothing that is there.
create schema if not exists town;

create table if not exists town.events (
  gateway  text not null,
  id       text not null,                    -- equal on every re-send: the key for de-duplication
  sequence bigint not null,                  -- dense for each gateway, across its lanes
  lane     text not null,
  type     text not null,
  subject  text not null,
  time     timestamptz not null,
  received timestamptz not null default now(),
  event    jsonb not null,
  primary key (gateway, id)
);
create index if not exists events_by_sequence on town.events (gateway, sequence);
create index if not exists events_by_time on town.events (time);

-- How far each gateway has come. Whoever writes of a gateway locks its row first.
create table if not exists town.gateways (
  gateway text primary key,
  highest bigint not null default 0
);

-- Sequences below the highest that are not there: still under way behind a higher lane, dropped by the gateway (it says so by a gatehouse.gap event), or lost.
create table if not exists town.gaps (
  gateway text not null references town.gateways,
  first   bigint not null,
  last    bigint not null,
  since   timestamptz not null default now(),
  primary key (gateway, first)
);

-- What came and is no event, with the reason.
create table if not exists town.refused (
  stream_sequence bigint primary key,
  subject  text not null,
  reason   text not null,
  payload  bytea not null,
  received timestamptz not null default now()
);
