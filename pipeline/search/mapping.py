"""The index as OpenSearch sees it; pure."""

from typing import Any

DIMENSIONS = 384
"""Of the embedding model; as in pipeline.embeddings, which the functions that only remove entries do not carry."""

STEMS = {
    "en": "english",
    "de": "german",
    "fr": "french",
    "es": "spanish",
    "it": "italian",
    "nl": "dutch",
    "pt": "portuguese",
    "ru": "russian",
    "cjk": "cjk",
}
"""The analyzer for the inflected words of a language; Chinese, Japanese and Korean are read by pairs of characters."""

WITHOUT_SPACES = frozenset({"zh", "ja", "ko"})

KEYWORD = {"type": "keyword"}
IGNORE_ABOVE = 256
"""Characters of a field value that can still be matched exactly."""

ANALYSIS: dict[str, Any] = {
    "filter": {
        # "INV-2021/0042," is found as inv20210042, as 2021-0042 and as 0042.
        "identifier_parts": {
            "type": "word_delimiter_graph",
            "catenate_all": True,
            "split_on_case_change": False,
            "split_on_numerics": False,
        },
        "letters_and_digits": {
            "type": "word_delimiter_graph",
            "preserve_original": True,
            "split_on_case_change": False,
        },
        "prefixes": {"type": "edge_ngram", "min_gram": 3, "max_gram": 20, "preserve_original": True},
        "english_stop": {"type": "stop", "stopwords": "_english_"},
        "english_stem": {"type": "stemmer", "language": "english"},
    },
    "analyzer": {
        "plain": {
            "tokenizer": "whitespace",
            "filter": ["identifier_parts", "flatten_graph", "lowercase", "asciifolding"],
        },
        "plain_query": {"tokenizer": "whitespace", "filter": ["identifier_parts", "lowercase", "asciifolding"]},
        "prefix": {
            "tokenizer": "whitespace",
            "filter": ["letters_and_digits", "flatten_graph", "lowercase", "asciifolding", "prefixes"],
        },
        "prefix_query": {"tokenizer": "whitespace", "filter": ["lowercase", "asciifolding"]},
    },
    "normalizer": {"folded": {"type": "custom", "filter": ["lowercase", "asciifolding", "trim"]}},
}

PLAIN = {"type": "text", "analyzer": "plain", "search_analyzer": "plain_query"}

PROPERTIES: dict[str, Any] = {
    "tenant": KEYWORD,
    "document_id": KEYWORD,
    "run": {"type": "integer"},
    "document_run": KEYWORD,
    "ordinal": {"type": "integer"},
    "page": {"type": "integer"},
    "heading": PLAIN,
    "category": KEYWORD,
    "language": KEYWORD,
    "filename": KEYWORD,
    "created_at": {"type": "date"},
    "text": PLAIN | {"index_options": "offsets"},
    "stems": {"properties": {name: {"type": "text", "analyzer": analyzer} for name, analyzer in STEMS.items()}},
    "names": PLAIN | {"fields": {"prefix": {"type": "text", "analyzer": "prefix", "search_analyzer": "prefix_query"}}},
    "fields": {
        "type": "nested",
        "dynamic": "strict",
        "properties": {
            "name": KEYWORD,
            "keyword": {"type": "keyword", "normalizer": "folded", "ignore_above": IGNORE_ABOVE},
            "number": {"type": "double"},
            "date": {"type": "date", "format": "yyyy-MM-dd"},
        },
    },
    "shown": {"type": "object", "enabled": False},
    "model": KEYWORD,
    "vector": {
        "type": "knn_vector",
        "dimension": DIMENSIONS,
        # Without an engine named, a node that lacks faiss accepts the index and dies at the first write.
        "method": {
            "name": "hnsw",
            "engine": "lucene",
            "space_type": "cosinesimil",
            # With OpenSearch's 16 and 100 a search stays among passages much alike and misses what is nearer.
            "parameters": {"m": 32, "ef_construction": 256},
        },
    },
}


def stems(language: str | None) -> str:
    """Where text of this language is found in other forms of its words: with English, if it has no place of its own."""
    name = "cjk" if language in WITHOUT_SPACES else language
    return name if name in STEMS else "en"


def index_body(*, shards: int, replicas: int) -> dict[str, Any]:
    return {
        "settings": {
            "index": {"knn": True, "number_of_shards": shards, "number_of_replicas": replicas},
            "analysis": ANALYSIS,
        },
        "mappings": {"dynamic": "strict", "properties": PROPERTIES},
    }
