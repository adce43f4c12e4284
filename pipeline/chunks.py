"""The Markdown of a document becomes chunks that an embedding model reads whole; pure.

Each page of the Markdown begins with a line `<!-- page N -->`; without one the chunks know no page.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

LIMIT = 250
"""Tokens of a chunk with its heading path."""
OVERLAP = 30
"""Tokens of one chunk that the next one repeats, where a text was cut."""
SMALLEST = 60
"""Tokens below which a chunk goes on past a heading: forms have a heading on every line."""
PATH_CHARACTERS = 120

PAGE = re.compile(r"<!-- page (\d+) -->")
COMMENT = re.compile(r"<!--.*?-->", re.S)
HEADING = re.compile(r"(#{1,6})\s+(.+)")
RULE_ROW = re.compile(r"\|?[\s:|-]*-[\s:|-]*\|?")
LEADERS = re.compile(r"([._=*\-–—·])(?:\s?\1){4,}")
ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|])")
SENTENCE_END = ".!?;\n"

Spans = Callable[[str], Sequence[tuple[int, int]]]
"""Start and end of each token of a text, in characters."""


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """heading is the path of headings above the chunk, outermost first, joined by " > "."""

    text: str
    page: int | None
    heading: str = ""

    @property
    def passage(self) -> str:
        """What is embedded: the text under its headings."""
        innermost = self.heading.rpartition(" > ")[2]
        return self.text if not innermost or self.text.startswith(innermost) else f"{self.heading}\n{self.text}"


@dataclass(frozen=True, kw_only=True)
class Block:
    """A heading, one row of a table, or a paragraph; header is the first row of the table a row is in."""

    kind: Literal["heading", "row", "text"]
    text: str
    page: int | None
    path: str
    header: str = ""
    tokens: int = 0


def chunked(markdown: str, spans: Spans) -> list[Chunk]:
    """Chunks in reading order, each on one page; cut at headings, table rows, paragraphs, at last between words."""
    chunks: list[Chunk] = []
    current: list[Block] = []
    for block in pieces(blocks(markdown), spans):
        size = sum(each.tokens for each in current)
        if current and cuts(current[0], block, size):
            chunks.append(joined(current))
            current = carried(current, block, spans)
        current.append(block)
    return [*chunks, joined(current)] if current else chunks


def cuts(first: Block, block: Block, size: int) -> bool:
    """Must a chunk of this size that begins with first end before this block?"""
    if first.page != block.page or size + block.tokens > LIMIT - path_tokens(first):
        return True
    return block.kind == "heading" and size >= SMALLEST


def carried(current: Sequence[Block], block: Block, spans: Spans) -> list[Block]:
    """What the next chunk repeats of this one: the header of a table, the end of a text."""
    last = current[-1]
    if last.page != block.page or block.kind == "heading" or last.kind == "heading":
        return []
    if block.kind == "row":
        fits = 0 < len(spans(block.header)) <= LIMIT - path_tokens(block) - block.tokens
        return [replace(block, text=block.header, tokens=len(spans(block.header)))] if block.header and fits else []
    room = min(OVERLAP, LIMIT - path_tokens(block) - block.tokens)
    tokens = spans(last.text)
    if last.kind == "row" or room <= 0 or not tokens:
        return []
    start = tokens[max(0, len(tokens) - room)][0]
    return [replace(last, text=last.text[start:], tokens=min(room, len(tokens)), path=block.path)]


def joined(parts: Sequence[Block]) -> Chunk:
    return Chunk(text="\n".join(part.text for part in parts), page=parts[0].page, heading=parts[0].path)


def path_tokens(block: Block) -> int:
    """A bound on the tokens of the heading path: words of three characters and more are seldom cut in more than two."""
    return len(block.path) // 3


def pieces(found: Iterator[Block], spans: Spans) -> Iterator[Block]:
    """The blocks with their tokens counted; one that is too long for a chunk is cut in several."""
    for block in found:
        room = LIMIT - OVERLAP - path_tokens(block)
        tokens, start = spans(block.text), 0
        while len(tokens) - start > room:
            end = cut_at(block.text, tokens[start : start + room + 1])
            after = bisect_left(tokens, (end, 0), lo=start)
            yield replace(block, text=block.text[tokens[start][0] : end].rstrip(), tokens=after - start)
            start = after
        if start < len(tokens):
            yield replace(block, text=block.text[tokens[start][0] :], tokens=len(tokens) - start)


def cut_at(text: str, tokens: Sequence[tuple[int, int]]) -> int:
    """Where to cut so that the last of these tokens stays out: after a sentence, else a word, else a token."""
    latest, earliest = tokens[-1][0], tokens[len(tokens) * 3 // 4][0]
    for end in range(latest, earliest, -1):
        if text[end - 1] in SENTENCE_END and (text[end - 1] == "\n" or text[end : end + 1].isspace()):
            return end
    spaces = (end for end in range(latest, earliest, -1) if text[end - 1].isspace())
    return next(spaces, latest)


def blocks(markdown: str) -> Iterator[Block]:
    """The parts of the Markdown in order; a paragraph ends at an empty line."""
    page: int | None = None
    path: list[tuple[int, str]] = []
    paragraph: list[str] = []
    header = ""
    for line in [*markdown.splitlines(), ""]:
        marker, heading, row = PAGE.fullmatch(line.strip()), HEADING.fullmatch(line.strip()), line.lstrip()[:1] == "|"
        text = "" if marker else cleaned(line)
        if paragraph and (marker or heading or row or not text):
            yield Block(kind="text", text="\n".join(paragraph), page=page, path=joined_path(path))
            paragraph = []
        if marker:
            page = int(marker[1])
        elif heading and (title := cleaned(heading[2])):
            path = [*((level, name) for level, name in path if level < len(heading[1])), (len(heading[1]), title)]
            yield Block(kind="heading", text=title, page=page, path=joined_path(path))
        elif row:
            cells = "" if RULE_ROW.fullmatch(line.strip()) else row_text(line)
            if cells:
                yield Block(kind="row", text=cells, page=page, path=joined_path(path), header=header)
            header = header or cells
        elif text:
            paragraph.append(text)
        header = header if row else ""


def cleaned(line: str) -> str:
    """Without comments, escapes and the dots that lead to a page number: each dot would be a token."""
    return LEADERS.sub(" ", ESCAPED.sub(r"\1", COMMENT.sub("", line))).strip()


def row_text(line: str) -> str:
    cells = (cleaned(cell) for cell in re.split(r"(?<!\\)\|", line.strip().strip("|")))
    return "   ".join(cell for cell in cells if cell)


def joined_path(path: Sequence[tuple[int, str]]) -> str:
    """The innermost headings that fit, outermost first."""
    names: list[str] = []
    for _, name in reversed(path):
        if sum(map(len, names)) + len(name) > PATH_CHARACTERS:
            break
        names.insert(0, name)
    return " > ".join(names)


WORD_OR_SIGN = re.compile(r"\w{1,6}|[^\w\s]")


def rough_spans(text: str) -> list[tuple[int, int]]:
    """Tokens without a tokenizer: a little finer than a real one, so that chunks come out smaller, not larger."""
    return [found.span() for found in WORD_OR_SIGN.finditer(text)]
