"""What the images of functions and connector hold, and what they do not: asked of them, without a network."""

import os
from pathlib import Path

import pytest

from local import stackfile
from local.images.build import CONNECTOR, MEGABYTE
from local.images.engine import Docker
from local.images.isolation import HARDENED

STACK = Path(__file__).parents[2] / "stack.yml"
FUNCTIONS = {spec.name: spec.image for spec in stackfile.parse(STACK.read_text(encoding="utf-8"), os.environ)}
IMAGES = FUNCTIONS | {"connector": CONNECTOR}
LARGEST_MEGABYTES = {"index": 600, "query": 600, "classify": 900, "extract": 1_500}
OTHERS_MEGABYTES = 300
TOOLS_OF_A_BUILD = """
for tool in cc gcc g++ clang cpp ld make cargo git; do command -v $tool; done
find / -xdev \\( -path '*/.cache' -o -path '/var/lib/apt/lists/*_*' -o -path '/usr/local/*-packages/*/tests' \\
  -o -path '/usr/local/*-packages/*/test' -o -path '/home/app/*/tests' -o -path '/home/app/*/test_*.py' \\) -print
true
"""
SHARED_STEPS = ("system", "watchdog", "user", "requirements.txt", "server and clients")
EMBEDDING = "from pipeline import embeddings; print(embeddings.embed(['a text']).shape)"
OCR = """
from PIL import Image, ImageDraw, ImageFont
from pipeline import ocr
picture = Image.new("RGB", (900, 200), "white")
ImageDraw.Draw(picture).text((60, 60), "READ ME ALOUD", fill="black", font=ImageFont.load_default(72))
print(*[cell.text for cell in ocr.read(picture).cells])
"""


@pytest.fixture(scope="module")
def engine() -> Docker:
    return Docker(os.environ["DOCSTREAM_DOCKER"])


def run(engine: Docker, image: str, *command: str, user: str = "") -> str:
    """What a command in a container prints, where nothing can be loaded from anywhere and nothing be written."""
    options = ("--rm", "--network=none", *HARDENED, *([f"--user={user}"] if user else []))
    return engine.run("run", *options, image, *command)


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_runs_as_an_ordinary_user(engine: Docker, name: str) -> None:
    assert run(engine, IMAGES[name], "id", "--user") == "10001"


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_holds_nothing_of_its_build(engine: Docker, name: str) -> None:
    assert run(engine, IMAGES[name], "sh", "-c", TOOLS_OF_A_BUILD, user="0") == ""


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_is_as_small_as_promised(engine: Docker, name: str) -> None:
    size = int(engine.run("image", "inspect", "--format", "{{.Size}}", IMAGES[name]))
    assert size / MEGABYTE <= LARGEST_MEGABYTES.get(name, OTHERS_MEGABYTES)


def test_system_server_and_clients_are_one_set_of_layers_for_all_functions(engine: Docker) -> None:
    layers = [
        engine.run("image", "inspect", "--format", "{{range .RootFS.Layers}}{{.}} {{end}}", image).split()
        for image in FUNCTIONS.values()
    ]
    shared = [layer for layer in layers[0] if all(layer in others for others in layers)]
    assert layers[0][: len(SHARED_STEPS)] == shared[: len(SHARED_STEPS)]


@pytest.mark.parametrize("name", ["classify", "index", "query"])
def test_the_embedding_model_is_inside(engine: Docker, name: str) -> None:
    assert run(engine, IMAGES[name], "python", "-c", EMBEDDING) == "(1, 384)"


@pytest.mark.parametrize("name", ["classify", "extract"])
def test_the_models_of_ocr_are_inside(engine: Docker, name: str) -> None:
    assert "READ ME ALOUD" in run(engine, IMAGES[name], "python", "-c", OCR)
