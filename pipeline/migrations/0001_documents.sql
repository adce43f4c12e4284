-- Event store, outbox, current state, inbox, idempotency and keys.
-- The roles docstream (functions), docstream_read (query), docstream_erase (compensate) exist before this runs.

CREATE TABLE documents (
    id uuid PRIMARY KEY,
    tenant text NOT NULL,
    state text NOT NULL CHECK (state IN ('uploaded', 'classified', 'extracted', 'indexed', 'failed', 'deleted')),
    -- uploaded -> classified -> extracted -> indexed; failed from the first three; a later run starts again
    run integer NOT NULL,
    searchable_run integer,
    sequence integer NOT NULL,
    filename text NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL,
    sha256 text NOT NULL,
    original_key text NOT NULL,
    correlation_id uuid NOT NULL,
    parent_id uuid,
    depth integer NOT NULL DEFAULT 0,
    category text,
    category_confidence double precision,
    category_method text,
    alternatives jsonb NOT NULL DEFAULT '[]',
    language text,
    pages integer,
    warnings jsonb NOT NULL DEFAULT '[]',
    failure jsonb,
    text_sample_key text,
    text_key text,
    structure_key text,
    fields_key text,
    evidence_key text,
    searchable jsonb NOT NULL DEFAULT '{}',
    corrections jsonb NOT NULL DEFAULT '{}',
    metadata jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX documents_listed ON documents (tenant, created_at DESC, id DESC);
CREATE INDEX documents_by_content ON documents (tenant, sha256) WHERE parent_id IS NULL;
CREATE INDEX documents_by_parent ON documents (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX documents_by_correlation ON documents (correlation_id);
CREATE INDEX documents_unfinished ON documents (updated_at) WHERE state IN ('uploaded', 'classified', 'extracted');

CREATE TABLE events (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    id uuid NOT NULL UNIQUE,
    document_id uuid NOT NULL,
    sequence integer NOT NULL,
    run integer NOT NULL,
    tenant text NOT NULL,
    type text NOT NULL,
    source text NOT NULL,
    schema_version text NOT NULL,
    traceparent text,
    causation_id text NOT NULL,
    correlation_id uuid NOT NULL,
    data jsonb NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz,
    UNIQUE (document_id, sequence)
);
CREATE INDEX events_in_order ON events (xid, position);
CREATE INDEX events_unsent ON events (position) WHERE sent_at IS NULL;
CREATE INDEX events_by_cause ON events (causation_id);
CREATE INDEX events_by_correlation ON events (correlation_id, xid, position);

-- Append-only: sent_at may change, and data may be erased; nothing else, by nobody.
CREATE FUNCTION events_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
       AND (OLD.id, OLD.position, OLD.xid, OLD.document_id, OLD.sequence, OLD.run, OLD.tenant, OLD.type, OLD.source,
            OLD.schema_version, OLD.causation_id, OLD.correlation_id, OLD.occurred_at, OLD.recorded_at)
         IS NOT DISTINCT FROM
           (NEW.id, NEW.position, NEW.xid, NEW.document_id, NEW.sequence, NEW.run, NEW.tenant, NEW.type, NEW.source,
            NEW.schema_version, NEW.causation_id, NEW.correlation_id, NEW.occurred_at, NEW.recorded_at)
       AND (NEW.data = OLD.data OR (NEW.data = '{"erased": true}' AND current_user = 'docstream_erase'))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'events are append-only';
END $$;
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION events_append_only();

CREATE TABLE inbox (
    consumer text NOT NULL,
    event_id uuid NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, event_id)
);

CREATE TABLE idempotency_keys (
    tenant text NOT NULL,
    route text NOT NULL,
    key text NOT NULL,
    fingerprint text,
    claim uuid NOT NULL,
    lease_until timestamptz NOT NULL,
    status integer,
    body jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, route, key)
);

CREATE TABLE dead_letters (
    id uuid PRIMARY KEY,
    tenant text,
    document_id uuid,
    run integer,
    event_id uuid,
    function text NOT NULL,
    attempt integer,
    replay integer NOT NULL DEFAULT 0,
    code text NOT NULL,
    class text,
    status integer,
    reason text,
    body bytea NOT NULL,
    headers jsonb NOT NULL,
    first_failed timestamptz,
    last_failed timestamptz,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    resolved_at timestamptz,
    resolution text
);
CREATE INDEX dead_letters_open ON dead_letters (recorded_at) WHERE resolved_at IS NULL;
CREATE INDEX dead_letters_by_document ON dead_letters (document_id);

CREATE TABLE breakers (
    name text PRIMARY KEY,
    state text NOT NULL CHECK (state IN ('closed', 'open', 'half-open')),
    opened_at timestamptz,
    probe_owner text,
    probe_until timestamptz
);

CREATE TABLE consumers (
    connector text NOT NULL,
    function text NOT NULL,
    state text NOT NULL,
    workers integer NOT NULL,
    active integer NOT NULL,
    handled bigint NOT NULL,
    failed bigint NOT NULL,
    ready integer,
    unacked integer,
    seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (connector, function)
);

CREATE TABLE api_keys (
    id uuid PRIMARY KEY,
    tenant text NOT NULL,
    name text NOT NULL,
    hash bytea NOT NULL UNIQUE,
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);

CREATE TABLE webhooks (
    id uuid PRIMARY KEY,
    tenant text NOT NULL,
    url text NOT NULL,
    events text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
);

CREATE TABLE webhook_deliveries (
    webhook_id uuid NOT NULL REFERENCES webhooks,
    event_id uuid NOT NULL,
    attempts integer NOT NULL,
    status integer,
    error text,
    delivered_at timestamptz,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (webhook_id, event_id)
);

CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    tenant text NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    detail jsonb NOT NULL DEFAULT '{}'
);

CREATE SCHEMA read;
CREATE VIEW read.documents AS SELECT * FROM documents;
CREATE VIEW read.events AS SELECT * FROM events;
CREATE VIEW read.api_keys AS SELECT id, tenant, name, hash, scopes, created_at, revoked_at FROM api_keys;
CREATE VIEW read.dead_letters AS SELECT * FROM dead_letters;
CREATE VIEW read.breakers AS SELECT * FROM breakers;
CREATE VIEW read.consumers AS SELECT * FROM consumers;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO docstream, docstream_erase;
GRANT USAGE ON SCHEMA read TO docstream_read;
GRANT SELECT ON ALL TABLES IN SCHEMA read TO docstream_read;

GRANT SELECT, INSERT, UPDATE ON documents, inbox, dead_letters, breakers TO docstream, docstream_erase;
GRANT SELECT, INSERT ON events TO docstream, docstream_erase;
GRANT UPDATE (sent_at) ON events TO docstream;
GRANT UPDATE (sent_at, data) ON events TO docstream_erase;
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO docstream;
GRANT SELECT, INSERT, UPDATE ON api_keys, webhooks, webhook_deliveries TO docstream;
GRANT SELECT, INSERT ON audit TO docstream, docstream_erase;
GRANT SELECT ON consumers TO docstream;
