"""Dashboards have the types that Grafana publishes, without a key that these do not know."""

from __future__ import annotations

import pathlib
import re
import subprocess
import tempfile

from .model import Finding, Folder, Unable

HERE = pathlib.Path(__file__).resolve().parent


def judge(folders: list[Folder], home: pathlib.Path) -> list[Finding]:
    modules = home / "node/node_modules"
    dashboards = [(folder, dashboard) for folder in folders for dashboard in folder.dashboards]
    with tempfile.TemporaryDirectory() as scratch:
        root = pathlib.Path(scratch)
        (root / "node_modules").symlink_to(modules)
        (root / "model.ts").write_text((HERE / "model.ts").read_text("utf-8"), "utf-8")
        for number, (_, dashboard) in enumerate(dashboards):
            text = f'import type {{ Dashboard }} from "./model";\nexport const dashboard: Dashboard = {dashboard.text};\n'
            (root / f"d{number}.ts").write_text(text, "utf-8")
        command = ["node", modules / "typescript/bin/tsc", "--noEmit", "--strict", "--target", "es2022", "--module", "esnext"]
        command += ["--moduleResolution", "bundler", "--skipLibCheck", "--pretty", "false", "--noErrorTruncation"]
        command += [f"d{number}.ts" for number in range(len(dashboards))]
        try:
            ran = subprocess.run(command, cwd=root, capture_output=True, text=True)
        except OSError as error:
            raise Unable(f"tsc: {error}") from error
    found = []
    for line in ran.stdout.splitlines():
        match = re.match(r"d(\d+)\.ts\((\d+),\d+\): error (TS\d+): (.*)", line)
        if match:
            folder, dashboard = dashboards[int(match.group(1))]
            where = f"{dashboard.path}:{int(match.group(2)) - 1}"
            found.append(folder.finding("types", where, f"{match.group(3)} {match.group(4)[:400]}"))
        elif re.match(r"\S+: error|error TS", line):
            raise Unable(f"tsc: {line}")
    if ran.returncode != 0 and not found:
        raise Unable(f"tsc: {ran.stdout}{ran.stderr}")
    return found
