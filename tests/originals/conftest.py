"""The stack of the end-to-end tests, for documents that are not in the repository."""

from tests.e2e.conftest import stack as stack
