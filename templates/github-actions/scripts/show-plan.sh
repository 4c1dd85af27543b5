#!/usr/bin/env bash
# Shows what Terraform would change, in the log and in the summary of the run. Changes nothing.
#
# ROOT     the folder of the root module
# BUCKET   the bucket of the state, where the root does not name it
# NO_DRIFT true: a difference is an error
set -euo pipefail
: "${ROOT:?}"

options=(-input=false)
[[ -z ${BUCKET:-} ]] || options+=("-backend-config=bucket=$BUCKET")
terraform "-chdir=$ROOT" init "${options[@]}"
plan=$(mktemp)
status=0
# Another deployment may hold the lock: a plan waits for nobody, and writes nothing.
terraform "-chdir=$ROOT" plan -input=false -lock=false -no-color -detailed-exitcode 2>&1 | tee "$plan" || status=${PIPESTATUS[0]}
{
  echo "### Plan of \`$ROOT\`"
  echo
  echo '```text'
  # A summary holds one megabyte.
  head --bytes 900000 "$plan"
  echo '```'
} >>"$GITHUB_STEP_SUMMARY"
case $status in
0) echo "Nothing differs." ;;
2)
  if [[ ${NO_DRIFT:-} == true ]]; then
    echo "::error title=Drift::what runs differs from $ROOT: somebody changed it by hand, or a change was not deployed"
    exit 1
  fi
  ;;
*) exit "$status" ;;
esac
