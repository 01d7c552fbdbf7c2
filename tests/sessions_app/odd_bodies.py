"""Whatever could be in the body of a webhook, grown from those of a real server."""

import copy
import json
from typing import Any

from hypothesis import strategies as st

from tests.webhooks import RECORDINGS, load_recording

BODIES = [
    delivery["body"].encode()
    for path in RECORDINGS
    for delivery in load_recording(path)["deliveries"]
]
ODD_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.text(st.characters(codec=None, exclude_categories=()), max_size=10),
    st.text("aé\x00", min_size=250, max_size=260),
    st.sampled_from(
        ["turnPassword", "\x00", "\ud800", "1795245773", 10**400, "9" * 400, 1e22]
    ),
    st.just([]),
    st.just({}),
)


def _paths(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) in a value."""
    items: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        items = [(value, key) for key in value]
    elif isinstance(value, list):
        items = [(value, index) for index in range(len(value))]
    return items + [path for box, key in items for path in _paths(box[key])]


def _change(draw: st.DrawFn, body: Any) -> None:
    """Replace, wrap, copy, rename or drop something in a body."""
    paths = _paths(body)
    if not paths:
        return
    box, key = draw(st.sampled_from(paths))
    other, place = draw(st.sampled_from(paths))
    changed = draw(
        st.one_of(
            ODD_VALUES,
            st.just([box[key]]),
            st.just({"a": box[key]}),
            st.just(copy.deepcopy(other[place])),
        )
    )
    if draw(st.booleans()):
        box[key] = changed
    elif isinstance(box, dict):
        value = box.pop(key)
        if draw(st.booleans()):
            box[draw(st.text(max_size=5))] = value
    else:
        del box[key]


@st.composite
def grown_from_real_bodies(draw: st.DrawFn) -> bytes:
    """A recorded body in which some values, keys and bytes were changed."""
    body = json.loads(draw(st.sampled_from(BODIES)))
    for _ in range(draw(st.integers(0, 4))):
        _change(draw, body)
    text = json.dumps(body, ensure_ascii=draw(st.booleans()))
    raw = bytearray(text.encode(errors="surrogatepass"))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 3]))):
        raw[draw(st.integers(0, len(raw) - 1))] = draw(st.integers(0, 255))
    return bytes(raw)


ANYTHING = st.one_of(
    grown_from_real_bodies(),
    st.binary(max_size=300),
    st.recursive(
        ODD_VALUES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    ).map(lambda value: json.dumps(value).encode()),
)
