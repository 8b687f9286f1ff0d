-- Versions of places; the one in force has no valid_to.
create table places (
  district text not null,
  id text not null,
  version integer not null,
  kind text not null,
  code text not null,
  name text not null,
  aliases text not null,
  parent text,
  lon double precision,
  lat double precision,
  valid_from bigint not null,
  valid_to bigint,
  primary key (district, id, version)
);

create unique index places_by_code on places (district, code) where valid_to is null;
create index places_by_parent on places (district, parent, code) where valid_to is null;
create index places_by_kind on places (district, kind, code) where valid_to is null;

-- Every code ever given, and to which place: for ever.
create table place_codes (
  district text not null,
  code text not null,
  place text not null,
  primary key (district, code)
);

-- Search terms of the places in force.
create table place_terms (
  district text not null,
  term text not null,
  place text not null,
  primary key (district, term, place)
);

create index place_terms_by_place on place_terms (district, place);

-- Boundaries of places, with their boxes in 1e-7 degrees.
create table boundaries (
  district text not null,
  place text not null,
  version integer not null,
  west bigint not null,
  south bigint not null,
  east bigint not null,
  north bigint not null,
  area_m2 double precision not null,
  geometry text not null,
  valid_from bigint not null,
  valid_to bigint,
  primary key (district, place, version)
);

create unique index boundaries_now on boundaries (district, place) where valid_to is null;
