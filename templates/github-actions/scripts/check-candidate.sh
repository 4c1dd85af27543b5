#!/usr/bin/env bash
# Runs the quality gates on the evidence of this run.
#
# COMPONENTS  JSON list of the components that changed: they are judged as of this commit, all others as they were released
# COMMIT      the commit that was tested
set -euo pipefail
: "${COMPONENTS:?}" "${COMMIT:?}"

arguments=(--stage candidate)
components=()
while IFS= read -r component; do
  components+=(--component "$component")
done < <(jq --raw-output '.[]' <<<"$COMPONENTS")
if [[ ${#components[@]} -gt 0 ]]; then
  arguments+=(--commit "$COMMIT" "${components[@]}")
fi
pathc check --message-format github "${arguments[@]}"
