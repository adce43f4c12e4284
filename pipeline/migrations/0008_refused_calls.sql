-- Calls of functions that the connector did not sign: a row for each function and reason, however many there are.
CREATE TABLE refused_calls (
    function text NOT NULL,
    reason text NOT NULL CHECK (reason IN ('unsigned', 'stale', 'wrong')),
    count bigint NOT NULL,
    last_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (function, reason)
);
GRANT SELECT, INSERT, UPDATE ON refused_calls TO docstream, docstream_erase;
CREATE VIEW read.refused_calls AS SELECT * FROM refused_calls;
GRANT SELECT ON read.refused_calls TO docstream_read;
