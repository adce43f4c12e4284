"""What the tests of the whole product name."""

from tests.stack import Json as Json
from tests.stack import Stack as Stack
from tests.stack import copied_secrets as copied_secrets
