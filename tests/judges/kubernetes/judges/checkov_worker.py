"""Runs Checkov's Kubernetes runner on DIR/0 .. DIR/(N-1), each by itself, and prints what failed as JSON.

One process, because starting Checkov takes four seconds; each environment by itself, because its graph of all resources
takes the square of their number. This is the runner that `checkov --framework kubernetes --skip-download` calls.
"""

import json
import logging
import os
import sys

os.environ["LOG_LEVEL"] = "ERROR"
os.environ["CHECKOV_MAX_IAC_FILE_SIZE"] = "0"  # JSON above this size is read by json, not by a YAML reader in Python
os.environ["CHECKOV_PARALLELIZATION_TYPE"] = "none"  # a fork for each file takes longer than the file
logging.disable(logging.WARNING)

from checkov.kubernetes.runner import Runner  # noqa: E402
from checkov.runner_filter import RunnerFilter  # noqa: E402

answers = []
for index in range(int(sys.argv[2])):
    report = Runner().run(root_folder=os.path.join(sys.argv[1], str(index)), runner_filter=RunnerFilter(framework=["kubernetes"]))
    # A check that the manifest itself tells Checkov to skip counts as failed: suppressions stand in one place.
    failed = [(record.check_id, record.check_name, record.resource) for record in report.failed_checks + report.skipped_checks]
    failed += [("parse", "could not be parsed", path) for path in report.parsing_errors]
    answers.append({"resources": len(report.resources), "failed": failed})
json.dump(answers, sys.stdout)
