-- Events, one list per subject; (district, subject, seq) unique is the concurrency control.
create table events (
  district text not null,
  subject text not null,
  seq bigint not null,
  kind text not null,
  at bigint not null,
  actor text not null,
  role text not null,
  version integer not null,
  payload text not null,
  prev text not null,
  hash text not null,
  primary key (district, subject, seq)
);

-- What the events add up to; can be made again from them at any time.
create table subjects (
  district text not null,
  kind text not null,
  id text not null,
  seq bigint not null,
  head text not null,
  status text not null,
  state text not null,
  made_at bigint not null,
  changed_at bigint not null,
  primary key (district, kind, id)
);

create index subjects_by_status on subjects (kind, status, id);

-- Deadlines that run. next_at is due_at until a firing fails.
create table deadlines (
  district text not null,
  subject text not null,
  name text not null,
  kind text not null,
  due_at bigint not null,
  next_at bigint not null,
  tries integer not null,
  last_error text,
  primary key (district, subject, name)
);

create index deadlines_by_time on deadlines (next_at, district, subject, name);

-- Messages out.
create table notices (
  district text not null,
  id text not null,
  dedup text not null,
  channel text not null,
  recipient text not null,
  template text not null,
  args text not null,
  made_at bigint not null,
  next_at bigint not null,
  attempts integer not null,
  leased_by text,
  lease_until bigint,
  done_at bigint,
  outcome text,
  last_error text,
  primary key (district, id),
  unique (district, dedup)
);

create index notices_waiting on notices (next_at, district, id) where done_at is null;

-- Who did what, or was refused; only added to.
create table audit (
  district text not null,
  id text not null,
  at bigint not null,
  actor text not null,
  role text not null,
  deed text not null,
  object text,
  outcome text not null,
  detail text,
  primary key (district, id)
);

-- Progress of running jobs; not history.
create table job_progress (
  district text not null,
  job text not null,
  attempt integer not null,
  stage text not null,
  done bigint not null,
  total bigint not null,
  beat_at bigint not null,
  primary key (district, job)
);
