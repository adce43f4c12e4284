"""A long list of documents, written straight into the table."""

from pipeline import database

SEED = """
    INSERT INTO documents (id, tenant, state, run, searchable_run, sequence, filename, media_type, size, sha256,
        original_key, correlation_id, category, pages, created_at, updated_at)
    SELECT gen_random_uuid(), %(tenant)s, 'indexed', 1, 1, 4, 'document-' || n || '.pdf', 'application/pdf', 1000,
        md5(n::text), '', gen_random_uuid(), 'invoice', 1, now() - n * interval '1 second', now()
    FROM generate_series(1, %(many)s) AS n
"""


def fill(tenant: str, many: int) -> None:
    """Newest first they are document-1.pdf to document-<many>.pdf; needs the owner of the database."""
    with database.transaction() as tx:
        tx.execute(SEED, {"tenant": tenant, "many": many})
