-- Each webhook signs with a secret of its own, which only the functions' role reads.
-- Earlier ones were derived from the key of the events: who has such a webhook registers it anew.

UPDATE webhooks SET deleted_at = now() WHERE deleted_at IS NULL;
ALTER TABLE webhooks ADD COLUMN secret text;
ALTER TABLE webhooks ADD CONSTRAINT webhooks_sign CHECK (secret IS NOT NULL OR deleted_at IS NOT NULL);
