#!/usr/bin/env bash
# Fails where a job that this one needs has failed or was cancelled. A job that had nothing to do was skipped.
#
# NEEDS  the context `needs` as JSON
set -euo pipefail

bad=$(jq --raw-output 'to_entries[] | select(.value.result | . != "success" and . != "skipped") | "\(.key): \(.value.result)"' <<<"$NEEDS")
[[ -z $bad ]] || {
  echo "$bad"
  exit 1
}
