"""Elements of XML by their local names, whatever their namespaces; pure."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element


def text(root: Element, path: str) -> str | None:
    """The text of the first element at a path of local names; a leading slash means directly under the root."""
    steps = path.strip("/").split("/")
    starts = root if path.startswith("/") else root.iter()
    for start in starts:
        if local_name(start) == steps[0]:
            found = down(start, steps[1:])
            if found is not None and found.text and found.text.strip():
                return found.text
    return None


def down(element: Element, steps: Sequence[str]) -> Element | None:
    for step in steps:
        following = next((child for child in element if local_name(child) == step), None)
        if following is None:
            return None
        element = following
    return element


def local_name(element: Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1]


def first(root: Element, names: Sequence[str]) -> Element | None:
    return next((each for each in root.iter() if local_name(each) in names), None)
