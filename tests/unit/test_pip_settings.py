"""pip's configuration, in uv's words."""

from local.pip_settings import translated


def listed(place: str, **options: str) -> str:
    """Lines as pip config list prints them."""
    return "".join(f"{place}.{name.replace('_', '-')}={value!r}\n" for name, value in options.items())


LISTED = listed(":env:", index_url="https://near.example/simple") + listed(
    "global",
    cert="/etc/ssl/certs/ca-certificates.crt",
    extra_index_url="\nhttps://one.example/simple\nhttps://two.example/simple",
    index_url="https://far.example/simple",
    timeout="60",
)


def test_a_mirror_that_pip_uses_is_used_by_uv() -> None:
    assert translated(LISTED)["UV_DEFAULT_INDEX"] == "https://near.example/simple"
    assert translated(LISTED)["UV_INDEX"] == "https://one.example/simple https://two.example/simple"


def test_an_authority_that_pip_trusts_is_trusted_by_uv() -> None:
    assert translated(LISTED)["SSL_CERT_FILE"] == "/etc/ssl/certs/ca-certificates.crt"


def test_what_uv_has_no_word_for_is_left_out() -> None:
    assert set(translated(LISTED)) == {"UV_DEFAULT_INDEX", "UV_INDEX", "SSL_CERT_FILE"}


def test_nothing_is_said_where_pip_is_told_nothing() -> None:
    assert translated("") == {}
