"""Runs Checkov's runner of a framework on each FOLDER by itself, and prints what failed as JSON.

    checkov_worker.py terraform|cloudformation FOLDER..

One process, because starting Checkov takes four seconds. This is what `checkov --skip-download` calls.
"""

import json
import logging
import os
import sys

os.environ["LOG_LEVEL"] = "ERROR"
os.environ["CHECKOV_PARALLELIZATION_TYPE"] = "none"  # a fork for each file takes longer than the file
os.environ["CHECKOV_RENDER_MAX_LEN"] = "0"
logging.disable(logging.WARNING)

from checkov.runner_filter import RunnerFilter  # noqa: E402

framework = sys.argv[1]
if framework == "terraform":
    from checkov.terraform.runner import Runner  # noqa: E402
else:
    from checkov.cloudformation.runner import Runner  # noqa: E402

answers = []
for folder in sys.argv[2:]:
    report = Runner().run(root_folder=folder, runner_filter=RunnerFilter(framework=[framework]))
    # A check that the file itself tells Checkov to skip counts as failed: suppressions stand in one place.
    failed = [
        (record.check_id, record.check_name, record.file_path.lstrip("/"), record.resource)
        for record in report.failed_checks + report.skipped_checks
    ]
    failed += [("parse", "could not be parsed", path, "") for path in report.parsing_errors]
    answers.append({"resources": len(report.resources), "failed": failed})
json.dump(answers, sys.stdout)
