CREATE TABLE account (
  id INTEGER NOT NULL,
  name VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  channel VARCHAR NOT NULL,
  synced_at INTEGER,
  problem VARCHAR,
  me VARCHAR DEFAULT '[]' NOT NULL,
  zone VARCHAR,
  PRIMARY KEY (id),
  UNIQUE (name)
);

CREATE TABLE apart (
  one INTEGER NOT NULL,
  other INTEGER NOT NULL,
  PRIMARY KEY (one, other)
)
 WITHOUT ROWID;

CREATE INDEX ix_apart_other ON apart (other);

CREATE TABLE blob (
  digest VARCHAR NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (digest)
);

CREATE TABLE calendar (
  id INTEGER NOT NULL,
  value VARCHAR NOT NULL,
  PRIMARY KEY (id),
  UNIQUE (value)
);

CREATE TABLE contact (
  id INTEGER NOT NULL,
  name VARCHAR NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE dropped (
  folder VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  mark VARCHAR NOT NULL,
  problem VARCHAR,
  at INTEGER NOT NULL,
  PRIMARY KEY (folder, name)
)
 WITHOUT ROWID;

CREATE TABLE event (
  id INTEGER NOT NULL,
  conversation_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  event VARCHAR NOT NULL,
  "by" VARCHAR NOT NULL,
  detail VARCHAR NOT NULL,
  PRIMARY KEY (id)
);

CREATE INDEX event_conversation ON event (conversation_id, id);

CREATE TABLE mail_id (
  account_id INTEGER NOT NULL,
  message_id VARCHAR NOT NULL,
  thread_id INTEGER NOT NULL,
  PRIMARY KEY (account_id, message_id)
)
 WITHOUT ROWID;

CREATE INDEX ix_mail_id_thread_id ON mail_id (thread_id);

CREATE TABLE review (
  "of" VARCHAR NOT NULL,
  state VARCHAR NOT NULL,
  PRIMARY KEY ("of")
);

CREATE TABLE census (
  account_id INTEGER NOT NULL,
  place VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  at INTEGER NOT NULL,
  there INTEGER NOT NULL,
  here INTEGER NOT NULL,
  left_out INTEGER NOT NULL,
  missing INTEGER NOT NULL,
  surplus INTEGER NOT NULL,
  certain BOOLEAN NOT NULL,
  PRIMARY KEY (account_id, place),
  FOREIGN KEY(account_id) REFERENCES account (id)
);

CREATE TABLE cursor (
  account_id INTEGER NOT NULL,
  place VARCHAR NOT NULL,
  value VARCHAR NOT NULL,
  moved_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, place),
  FOREIGN KEY(account_id) REFERENCES account (id)
);

CREATE TABLE identity (
  id INTEGER NOT NULL,
  contact_id INTEGER NOT NULL,
  "key" VARCHAR NOT NULL,
  channel VARCHAR NOT NULL,
  value VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  born_with INTEGER NOT NULL,
  looks VARCHAR DEFAULT '' NOT NULL,
  PRIMARY KEY (id),
  FOREIGN KEY(contact_id) REFERENCES contact (id),
  UNIQUE ("key")
);

CREATE INDEX identity_looks ON identity (looks) WHERE looks <> '';

CREATE INDEX ix_identity_contact_id ON identity (contact_id);

CREATE TABLE set_aside (
  id INTEGER NOT NULL,
  account_id INTEGER NOT NULL,
  place VARCHAR NOT NULL,
  "where" VARCHAR NOT NULL,
  what VARCHAR NOT NULL,
  content BLOB NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (id),
  FOREIGN KEY(account_id) REFERENCES account (id)
);

CREATE UNIQUE INDEX set_aside_where ON set_aside (account_id, place, "where");

CREATE TABLE thread (
  id INTEGER NOT NULL,
  account_id INTEGER NOT NULL,
  "key" VARCHAR NOT NULL,
  title VARCHAR NOT NULL,
  is_group BOOLEAN NOT NULL,
  first_at INTEGER NOT NULL,
  me VARCHAR,
  zone VARCHAR,
  PRIMARY KEY (id),
  FOREIGN KEY(account_id) REFERENCES account (id)
);

CREATE UNIQUE INDEX thread_key ON thread (account_id, "key");

CREATE TABLE conversation (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  thread_id INTEGER NOT NULL,
  account_id INTEGER NOT NULL,
  channel VARCHAR NOT NULL,
  begins_at INTEGER,
  continues INTEGER,
  begins_with VARCHAR NOT NULL,
  merged_into INTEGER,
  subject VARCHAR NOT NULL,
  contact_id INTEGER,
  place VARCHAR NOT NULL,
  status VARCHAR NOT NULL,
  owner VARCHAR NOT NULL,
  spam BOOLEAN NOT NULL,
  tier INTEGER NOT NULL,
  skill VARCHAR,
  due INTEGER,
  risk_at INTEGER,
  returns INTEGER,
  turns_at INTEGER,
  turns_to VARCHAR,
  turns_reason VARCHAR,
  back_at INTEGER,
  reason VARCHAR,
  waiting_since INTEGER,
  plan_returns INTEGER,
  plan_due INTEGER,
  news BOOLEAN NOT NULL,
  seen INTEGER NOT NULL,
  snoozes INTEGER NOT NULL,
  messages INTEGER NOT NULL,
  last_at INTEGER,
  last_out_at INTEGER,
  snippet VARCHAR NOT NULL,
  routed VARCHAR,
  delivery VARCHAR,
  stale BOOLEAN NOT NULL,
  FOREIGN KEY(thread_id) REFERENCES thread (id),
  FOREIGN KEY(account_id) REFERENCES account (id),
  FOREIGN KEY(contact_id) REFERENCES contact (id)
);

CREATE INDEX conversation_contact ON conversation (contact_id);

CREATE INDEX conversation_queue ON conversation (place, due, last_at, id, turns_at, risk_at, reason, owner) WHERE merged_into IS NULL AND messages > 0;

CREATE INDEX conversation_recent ON conversation (last_at, id, place, turns_at);

CREATE INDEX conversation_stale ON conversation (stale) WHERE stale;

CREATE INDEX conversation_thread ON conversation (thread_id);

CREATE INDEX conversation_turns ON conversation (turns_at) WHERE turns_at IS NOT NULL;

CREATE TABLE act (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  batch INTEGER NOT NULL,
  conversation_id INTEGER NOT NULL,
  verb VARCHAR NOT NULL,
  at INTEGER NOT NULL,
  "by" VARCHAR NOT NULL,
  seen INTEGER NOT NULL,
  returns INTEGER,
  due INTEGER,
  "to" VARCHAR,
  note VARCHAR,
  effects VARCHAR,
  undone_at INTEGER,
  delivery VARCHAR,
  delivered_at INTEGER,
  FOREIGN KEY(conversation_id) REFERENCES conversation (id)
);

CREATE INDEX act_batch ON act (batch);

CREATE INDEX act_conversation ON act (conversation_id, id);

CREATE TABLE message (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL,
  thread_id INTEGER NOT NULL,
  conversation_id INTEGER NOT NULL,
  thread_key VARCHAR NOT NULL,
  "key" VARCHAR NOT NULL,
  external_id VARCHAR NOT NULL,
  stamp INTEGER NOT NULL,
  direction VARCHAR NOT NULL,
  class VARCHAR NOT NULL,
  why VARCHAR NOT NULL,
  hard BOOLEAN NOT NULL,
  bounced INTEGER,
  judged VARCHAR,
  history BOOLEAN NOT NULL,
  thanks BOOLEAN NOT NULL,
  identity_id INTEGER,
  sender_name VARCHAR NOT NULL,
  sender_identity VARCHAR NOT NULL,
  recipients VARCHAR NOT NULL,
  sent_at INTEGER,
  received_at INTEGER NOT NULL,
  local_at INTEGER,
  precision VARCHAR NOT NULL,
  rank INTEGER NOT NULL,
  position INTEGER NOT NULL,
  arrived_at INTEGER NOT NULL,
  subject VARCHAR NOT NULL,
  text VARCHAR NOT NULL,
  quoted VARCHAR NOT NULL,
  state VARCHAR NOT NULL,
  edited_at INTEGER,
  token VARCHAR NOT NULL,
  answers VARCHAR NOT NULL,
  ids VARCHAR NOT NULL,
  warnings VARCHAR NOT NULL,
  attachments INTEGER NOT NULL,
  FOREIGN KEY(account_id) REFERENCES account (id),
  FOREIGN KEY(thread_id) REFERENCES thread (id),
  FOREIGN KEY(conversation_id) REFERENCES conversation (id),
  UNIQUE (stamp),
  FOREIGN KEY(identity_id) REFERENCES identity (id)
);

CREATE INDEX message_bounced ON message (conversation_id) WHERE bounced IS NOT NULL;

CREATE INDEX message_conversation ON message (conversation_id, received_at);

CREATE INDEX message_deleted ON message (account_id, thread_key, state) WHERE state = 'deleted';

CREATE INDEX message_identity ON message (identity_id, received_at);

CREATE UNIQUE INDEX message_key ON message (account_id, thread_key, "key");

CREATE INDEX message_live ON message (conversation_id, received_at) WHERE history = 0;

CREATE INDEX message_lost ON message (account_id) WHERE class = 'bounce' AND bounced IS NULL;

CREATE INDEX message_thread ON message (thread_id, coalesce(local_at, sent_at));

CREATE TABLE promise (
  id INTEGER NOT NULL,
  conversation_id INTEGER NOT NULL,
  origin VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  started INTEGER,
  due INTEGER NOT NULL,
  risk_at INTEGER,
  target INTEGER,
  calendar INTEGER,
  tier INTEGER NOT NULL,
  ended INTEGER,
  outcome VARCHAR NOT NULL,
  responsible VARCHAR NOT NULL,
  why VARCHAR NOT NULL,
  PRIMARY KEY (id),
  FOREIGN KEY(conversation_id) REFERENCES conversation (id),
  FOREIGN KEY(calendar) REFERENCES calendar (id)
);

CREATE UNIQUE INDEX promise_origin ON promise (conversation_id, origin);

CREATE TABLE attachment (
  id INTEGER NOT NULL,
  message_id INTEGER NOT NULL,
  name VARCHAR NOT NULL,
  type VARCHAR NOT NULL,
  size INTEGER,
  part VARCHAR NOT NULL,
  stored BOOLEAN NOT NULL,
  blob VARCHAR,
  PRIMARY KEY (id),
  FOREIGN KEY(message_id) REFERENCES message (id)
);

CREATE INDEX ix_attachment_message_id ON attachment (message_id);

CREATE TABLE location (
  account_id INTEGER NOT NULL,
  folder VARCHAR NOT NULL,
  uidvalidity INTEGER NOT NULL,
  uid INTEGER NOT NULL,
  message_id INTEGER NOT NULL,
  gone_at INTEGER,
  inbox BOOLEAN NOT NULL,
  object_id VARCHAR DEFAULT '' NOT NULL,
  PRIMARY KEY (account_id, folder, uidvalidity, uid),
  FOREIGN KEY(message_id) REFERENCES message (id)
)
 WITHOUT ROWID;

CREATE INDEX ix_location_message_id ON location (message_id);

CREATE INDEX location_object ON location (account_id, object_id) WHERE object_id <> '';

CREATE TABLE move (
  id INTEGER NOT NULL,
  act_id INTEGER NOT NULL,
  conversation_id INTEGER NOT NULL,
  account_id INTEGER NOT NULL,
  message_id INTEGER NOT NULL,
  kind VARCHAR NOT NULL,
  "after" INTEGER,
  folder VARCHAR NOT NULL,
  uidvalidity INTEGER NOT NULL,
  uid INTEGER NOT NULL,
  target VARCHAR NOT NULL,
  landed_uidvalidity INTEGER,
  landed_uid INTEGER,
  state VARCHAR NOT NULL,
  not_before INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  problem VARCHAR,
  created_at INTEGER NOT NULL,
  tried_at INTEGER,
  ended_at INTEGER,
  PRIMARY KEY (id),
  FOREIGN KEY(act_id) REFERENCES act (id),
  FOREIGN KEY(account_id) REFERENCES account (id),
  FOREIGN KEY(message_id) REFERENCES message (id),
  FOREIGN KEY("after") REFERENCES move (id)
);

CREATE INDEX move_act ON move (act_id);

CREATE INDEX move_conversation ON move (conversation_id, state);

CREATE INDEX move_message ON move (message_id);

CREATE INDEX move_state ON move (state, account_id);

CREATE TABLE outbox (
  id INTEGER NOT NULL,
  act_id INTEGER NOT NULL,
  conversation_id INTEGER NOT NULL,
  kind VARCHAR NOT NULL,
  message INTEGER NOT NULL,
  "to" VARCHAR NOT NULL,
  not_before INTEGER NOT NULL,
  state VARCHAR NOT NULL,
  tries INTEGER NOT NULL,
  problem VARCHAR,
  created_at INTEGER NOT NULL,
  account VARCHAR,
  message_id VARCHAR,
  upto INTEGER,
  tried_at INTEGER,
  sent_at INTEGER,
  copy VARCHAR,
  raw BLOB,
  PRIMARY KEY (id),
  FOREIGN KEY(act_id) REFERENCES act (id)
);

CREATE INDEX outbox_conversation ON outbox (conversation_id);

CREATE INDEX outbox_mail ON outbox (message_id);

CREATE UNIQUE INDEX outbox_once ON outbox (act_id, kind, message);

CREATE INDEX outbox_state ON outbox (state, not_before);

CREATE TABLE raw (
  message_id INTEGER NOT NULL,
  packed BOOLEAN NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (message_id),
  FOREIGN KEY(message_id) REFERENCES message (id)
);

CREATE VIRTUAL TABLE fulltext USING fts5(
  subject, body, sender, recipients, files,
  content='', tokenize='ascii'
);
