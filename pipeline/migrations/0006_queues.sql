-- How many messages wait in each queue, as the connector that looked last saw it: those of functions, parking, delays.

CREATE TABLE queues (
    name text PRIMARY KEY,
    ready integer NOT NULL,
    seen_at timestamptz NOT NULL
);
CREATE VIEW read.queues AS SELECT * FROM queues;
GRANT SELECT ON read.queues TO docstream_read;
