-- The data files a district works with: streets, homes, facilities.
create table datasets (
  district text not null,
  kind text not null,
  version integer not null,
  file text not null,
  bytes bigint not null,
  digest text not null,
  vintage text,
  attribution text not null,
  details text not null,
  import text not null,
  from_at bigint not null,
  to_at bigint,
  primary key (district, kind, version)
);

create unique index datasets_now on datasets (district, kind) where to_at is null;

-- One-time links by which a person signs in; only digests of the secrets.
create table sign_in_links (
  district text not null,
  digest text not null,
  person text not null,
  postings text not null,
  made_at bigint not null,
  made_by text not null,
  expires_at bigint not null,
  used_at bigint,
  primary key (district, digest)
);

create table sessions (
  district text not null,
  id text not null,
  digest text not null,
  person text not null,
  postings text not null,
  made_at bigint not null,
  expires_at bigint not null,
  ended_at bigint,
  primary key (district, id),
  unique (district, digest)
);

create index sessions_by_person on sessions (district, person);
