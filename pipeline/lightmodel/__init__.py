"""The light model: what it is, its file, how it is fitted, and the versions that tenants fitted themselves."""
