"""What judges say, and what they run."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import subprocess
import sys
from collections.abc import Iterator

import yaml

ACCOUNT = "123456789012"
REGION = "eu-west-1"


class Unable(Exception):
    """A judge could not be run."""


@dataclasses.dataclass(frozen=True, order=True)
class Finding:
    folder: str
    judge: str
    where: str
    message: str


def environments(configurations: str | None) -> list[dict]:
    if configurations is None:
        return []
    return yaml.safe_load(pathlib.Path(configurations).read_text(encoding="utf-8"))["environments"]


@contextlib.contextmanager
def simulated(account: str, configurations: str | None, record: pathlib.Path | None = None, places: list[pathlib.Path] | None = None) -> Iterator[dict[str, str]]:
    """A simulated AWS of one account; gives the variables by which programs reach it, and nothing else.

    `record`: a file for what CloudFormation makes there. `places`: folders whose stacks are deployed before anything else.
    """
    script = pathlib.Path(__file__).parents[1] / "simulated"
    command = [sys.executable, str(script), account, configurations or "-", *([str(record)] if record else []), *map(str, places or [])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=None if os.environ.get("PATHC_JUDGES_VERBOSE") else subprocess.DEVNULL, text=True) as server:
        try:
            port = server.stdout.readline().strip()
            if not port:
                raise Unable("the simulated AWS did not start")
            yield os.environ | {
                "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
                "AWS_ACCESS_KEY_ID": "simulated",
                "AWS_SECRET_ACCESS_KEY": "simulated",
                "AWS_DEFAULT_REGION": REGION,
                "AWS_EC2_METADATA_DISABLED": "true",
                "AWS_CONFIG_FILE": os.devnull,
                "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
                "AWS_PAGER": "",
                "TF_CLI_CONFIG_FILE": os.devnull,
            }
        finally:
            server.stdin.close()
            try:
                server.wait(timeout=5)
            except subprocess.TimeoutExpired:
                server.kill()
