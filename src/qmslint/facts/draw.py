"""Draw a sample that everybody can draw again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from qmslint.model.trace import Chain


def draw(chains: Sequence[Chain], number: int, seed: int) -> tuple[Chain, ...]:
    """Return ``number`` chains in an order that only the seed and the commits decide."""

    def place(chain: Chain) -> str:
        return hashlib.sha256(f"{seed}:{chain.commit}".encode()).hexdigest()

    return tuple(sorted(pool(chains), key=place)[:number])


def pool(chains: Sequence[Chain]) -> tuple[Chain, ...]:
    """Return what is drawn from: the changes of the product; all where none is one."""
    return tuple(chain for chain in chains if chain.product) or tuple(chains)
