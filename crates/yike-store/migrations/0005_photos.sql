-- Photos: derivatives made of pixels only. bytea is a column of bytes to PostgreSQL; SQLite keeps bytes
-- as bytes whatever the column is called.
create table photos (
  district text not null,
  id text not null,
  subject text not null,
  part text not null,
  width integer not null,
  height integer not null,
  bytes bytea not null,
  made_at bigint not null,
  primary key (district, id, part)
);

create index photos_by_subject on photos (district, subject, id, part);
