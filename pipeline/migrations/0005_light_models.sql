-- Light models that tenants fitted on their own documents; the newest that is not withdrawn votes in classify.

CREATE TABLE light_models (
    tenant text NOT NULL,
    version integer NOT NULL,
    content bytea NOT NULL,
    sha256 text NOT NULL,
    classes text[] NOT NULL,
    documents integer NOT NULL,
    corrections integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by uuid NOT NULL,
    withdrawn_at timestamptz,
    PRIMARY KEY (tenant, version)
);
CREATE INDEX events_corrected ON events (tenant, document_id, position) WHERE type = 'document.corrected';
GRANT SELECT, INSERT, UPDATE ON light_models TO docstream;
