-- Versions of the rules cases go by; none ever changes.
create table rulebooks (
  district text not null,
  version integer not null,
  digest text not null,
  body text not null,
  note text not null,
  made_by text not null,
  from_at bigint not null,
  primary key (district, version)
);

-- Cases as rows: follows from their states.
create table cases (
  district text not null,
  id text not null,
  number text not null,
  category text not null,
  grp text not null,
  class text not null,
  source text not null,
  stage text not null,
  how text not null,
  tier text not null,
  top text not null,
  urgent integer not null,
  private integer not null,
  open_words integer not null,
  live integer not null,
  subdistrict text,
  community text,
  grid text,
  estate text,
  building text,
  entrance text,
  lon double precision,
  lat double precision,
  owner_place text not null,
  owner_role text not null,
  waits_place text,
  waits_role text,
  reporter text,
  reported_at bigint not null,
  filed_at bigint,
  dispatched_at bigint,
  due_at bigint,
  next_at bigint,
  ended_at bigint,
  changed_at bigint not null,
  on_time integer,
  late integer not null,
  shelved integer not null,
  checked integer not null,
  failed integer not null,
  extended integer not null,
  dispatches integer not null,
  returned integer not null,
  contacted integer,
  solved integer,
  satisfied integer,
  into_case text,
  primary key (district, id)
);

create unique index cases_by_number on cases (district, number);
create index cases_by_owner on cases (district, owner_place, owner_role, next_at, id) where live = 1;
create index cases_by_waiting on cases (district, waits_place, waits_role, next_at, id)
  where live = 1 and waits_place is not null;
create index cases_by_subdistrict on cases (district, subdistrict, next_at, id) where live = 1;
create index cases_by_community on cases (district, community, next_at, id) where live = 1;
create index cases_by_estate on cases (district, estate, next_at, id) where live = 1;
create index cases_by_next on cases (district, next_at, id) where live = 1;
create index cases_by_grid on cases (district, grid, next_at, id) where live = 1;
create index cases_by_building on cases (district, building, next_at, id) where live = 1;
create index cases_by_reporter on cases (district, reporter, id) where reporter is not null;
create index cases_by_change on cases (district, changed_at, id);
-- What boards count, each by the day it falls on, with all that is asked about it.
create index cases_reported on cases
  (district, reported_at, subdistrict, community, estate, tier, class, source, how, stage, filed_at, extended);
create index cases_due on cases
  (district, due_at, subdistrict, community, estate, tier, class, source, stage, shelved, on_time, urgent);
create index cases_ended on cases
  (district, ended_at, subdistrict, community, estate, tier, class, source, stage, how, checked, failed, reporter, solved, satisfied);
create index cases_dispatched on cases
  (district, dispatched_at, subdistrict, community, estate, tier, class, source, dispatches, returned, contacted, reporter);

-- What was said about a case. Kept apart from the ledger, so that it can be deleted.
create table case_words (
  district text not null,
  id text not null,
  subject text not null,
  body text not null,
  salt text not null,
  made_at bigint not null,
  primary key (district, id)
);

create index case_words_by_case on case_words (district, subject, id);

-- Pairs of letters of what was said, by which cases are found.
create table case_terms (
  district text not null,
  term text not null,
  subject text not null,
  primary key (district, term, subject)
);

create index case_terms_by_case on case_terms (district, subject);

-- Secrets by which a case can be looked at; only their digests.
create table case_tracks (
  district text not null,
  digest text not null,
  subject text not null,
  made_at bigint not null,
  primary key (district, digest)
);

-- Which households reported what where: who reports the same is counted for some days.
create table case_households (
  district text not null,
  place text not null,
  category text not null,
  household text not null,
  subject text not null,
  at bigint not null,
  primary key (district, place, category, household, subject)
);

create index case_households_by_time on case_households (district, at);

-- Who wants to hear of a case that somebody else reported.
create table case_followers (
  district text not null,
  subject text not null,
  person text not null,
  at bigint not null,
  primary key (district, subject, person)
);

create index case_followers_by_person on case_followers (district, person, at);
