"""Panels have places of their own, inside of the 24 columns, and identifiers of their own."""

from __future__ import annotations

from .model import Finding, Folder, place

COLUMNS = 24


def judge(folders: list[Folder], _home) -> list[Finding]:
    found = []
    for folder in folders:
        for dashboard in folder.dashboards:
            taken: dict[tuple[int, int], object] = {}
            ids: set[int] = set()
            for panel in dashboard.panels:
                where = place(dashboard, panel)
                if panel.get("id") in ids or not isinstance(panel.get("id"), int):
                    found.append(folder.finding("layout", where, "its identifier is no number of its own"))
                ids.add(panel.get("id"))
                grid = panel.get("gridPos") or {}
                x, y, w, h = (grid.get(key, -1) for key in "xywh")
                if min(x, y) < 0 or min(w, h) < 1 or x + w > COLUMNS:
                    found.append(folder.finding("layout", where, f"it leaves the {COLUMNS} columns: {grid}"))
                    continue
                over = {taken.setdefault((cx, cy), panel["id"]) for cx in range(x, x + w) for cy in range(y, y + h)}
                over.discard(panel["id"])
                if over:
                    found.append(folder.finding("layout", where, f"it lies over panel {min(map(str, over))}"))
            depth = max((cy for _, cy in taken), default=-1) + 1
            empty = [row for row in range(depth) if not any((column, row) in taken for column in range(COLUMNS))]
            if empty:
                found.append(folder.finding("layout", dashboard.path, f"nothing lies at height {empty[0]}"))
    return found
