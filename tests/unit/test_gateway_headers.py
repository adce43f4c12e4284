from local import headers

RECEIVED = [
    (b"Host", b"docs.example:8080"),
    (b"Connection", b"close, X-Private"),
    (b"X-Private", b"1"),
    (b"TE", b"trailers"),
    (b"Upgrade", b"h2c"),
    (b"Transfer-Encoding", b"chunked"),
    (b"Content-Length", b"3"),
    (b"Content-Type", b"text/plain"),
    (b"X-Filename", "Büro.pdf".encode()),
    (b"X-Old", "Büro".encode("latin-1")),
    (b"Authorization", b"Bearer dsk_1"),
]


def test_what_belongs_to_one_connection_does_not_pass() -> None:
    names = [name for name, _ in headers.passed(RECEIVED)]
    assert names == [b"host", b"content-length", b"content-type", b"x-filename", b"x-old", b"authorization"]


def test_a_function_sees_who_called_and_an_id_of_the_call() -> None:
    sent = dict(headers.to_function(RECEIVED, "192.0.2.7", "classify:8080"))
    assert sent["host"] == "classify:8080"
    assert sent["x-forwarded-host"] == "docs.example:8080"
    assert sent["x-forwarded-for"] == "192.0.2.7"
    assert len(sent["x-call-id"]) == 36
    assert sent["authorization"] == "Bearer dsk_1"
    assert "content-length" not in sent


def test_an_id_of_the_caller_is_kept() -> None:
    sent = headers.to_function([(b"X-Call-Id", b"mine")], "", "classify:8080")
    assert [value for name, value in sent if name == "x-call-id"] == ["mine"]


def test_a_file_name_keeps_its_letters() -> None:
    sent = dict(headers.to_function(RECEIVED, "", "upload:8080"))
    assert (sent["x-filename"], sent["x-old"]) == ("Büro.pdf", "Büro")
