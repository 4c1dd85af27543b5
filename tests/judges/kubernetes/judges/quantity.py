"""Kubernetes quantities as exact numbers."""

from __future__ import annotations

import fractions
import re

SUFFIXES = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18}
SUFFIXES |= {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50, "Ei": 2**60}
SUFFIXES |= {"n": fractions.Fraction(1, 10**9), "u": fractions.Fraction(1, 10**6), "m": fractions.Fraction(1, 1000)}
QUANTITY = re.compile(r"([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(?:([eE][+-]?[0-9]+)|([numkMGTPE]|[KMGTPE]i)?)")


def parse(text: object) -> fractions.Fraction | None:
    """The number, or None where the text is no quantity."""
    match = QUANTITY.fullmatch(str(text))
    if match is None or isinstance(text, bool):
        return None
    number, exponent, suffix = match.groups()
    value = fractions.Fraction(number + exponent) if exponent else fractions.Fraction(number) * SUFFIXES[suffix or ""]
    return value
