-- Residents: the only table that holds a phone. phone_digest is made with the secret of the installation.
create table people (
  district text not null,
  id text not null,
  phone text,
  phone_digest text,
  purpose text not null,
  basis text not null,
  made_at bigint not null,
  keep_until bigint not null,
  primary key (district, id),
  unique (district, phone_digest)
);

create index people_by_end on people (keep_until);

-- The last code sent to a phone; neither the phone nor the code can be had from it.
create table phone_codes (
  district text not null,
  phone_digest text not null,
  code_digest text not null,
  made_at bigint not null,
  expires_at bigint not null,
  tries integer not null,
  used_at bigint,
  primary key (district, phone_digest)
);

create index phone_codes_by_end on phone_codes (expires_at);

-- How often something was done since a moment, for limits that hold across nodes.
create table rates (
  district text not null,
  key text not null,
  from_at bigint not null,
  count integer not null,
  primary key (district, key)
);

create index rates_by_time on rates (from_at);

-- Secrets of the installation, made at first use.
create table secrets (
  district text not null,
  name text not null,
  value text not null,
  made_at bigint not null,
  primary key (district, name)
);

create index notices_by_recipient on notices (district, recipient, template);
