-- What a language model has cost in the latest run, by stage.

ALTER TABLE documents ADD COLUMN llm jsonb NOT NULL DEFAULT '{}';
CREATE OR REPLACE VIEW read.documents AS SELECT * FROM documents;
