"""One command of an operator or an owner: who, which, and what it says. Parsed here, once."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from . import settings
from .auth import Principal, authenticate
from .json_body import body_of
from .parameters import only, refused

TEXT_CHARS = 2_000


@dataclass(frozen=True, kw_only=True)
class Call:
    """cause is the id of this command: every event it leads to names it."""

    principal: Principal
    id: UUID | None
    query: Mapping[str, str]
    body: dict[str, Any]
    cause: str = field(default_factory=lambda: str(uuid4()))

    @property
    def target(self) -> UUID:
        assert self.id is not None
        return self.id

    @property
    def by_operator(self) -> bool:
        return self.principal.tenant == settings.operator_tenant()

    def expect(self, *, query: tuple[str, ...] = (), body: tuple[str, ...] = ()) -> None:
        """Raises BadRequest for a name that is not known, since its sender expects something of it."""
        only(self.query, query)
        only(self.body, body)
        if any("\0" in value for value in self.query.values()):
            raise refused("a parameter holds a NUL character")

    def text(self, name: str, *, chars: int = TEXT_CHARS) -> str:
        """A text of the body that must be there and say something."""
        if name not in self.body:
            raise refused(f'{name} is missing: send a JSON body like {{"{name}": "…"}}')
        value = self.body[name]
        if not isinstance(value, str) or not value.strip() or len(value) > chars:
            raise refused(f"{name} is a text of 1 to {chars} characters")
        return value.strip()

    def number(self, name: str, *, least: int, most: int, default: int) -> int:
        """From the query."""
        value = self.query.get(name, str(default))
        if not re.fullmatch(r"[0-9]{1,9}", value) or not least <= int(value) <= most:
            raise refused(f"{name} is a whole number from {least} to {most}")
        return int(value)

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        """From the query."""
        value = self.query.get(name, default)
        if value not in choices:
            raise refused(f"{name} is one of: {', '.join(choices)}")
        return value


def call(scope: str, carry_out: Callable[[Call], Response]) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint for whom has the scope."""

    async def endpoint(request: Request) -> Response:
        principal = await run_in_threadpool(authenticate, request, scope)
        told = Call(
            principal=principal,
            id=request.path_params.get("id"),
            query=dict(request.query_params),
            body=await body_of(request),
        )
        return await run_in_threadpool(carry_out, told)

    return endpoint
