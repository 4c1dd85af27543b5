"""Whether Terraform and CloudFormation make the same: kinds, counts and key properties of what each made."""

from __future__ import annotations

import argparse
import pathlib

from .model import Finding

JUDGES = ["equivalence"]


def judge(options: argparse.Namespace, home: pathlib.Path) -> list[Finding]:
    raise NotImplementedError
