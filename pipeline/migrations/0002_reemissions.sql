-- How often the sweeper has sent an event again because nothing came of it; only the connector uses it.

CREATE TABLE reemissions (
    event_id uuid PRIMARY KEY,
    times integer NOT NULL,
    at timestamptz NOT NULL
);
