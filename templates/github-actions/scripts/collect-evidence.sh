#!/usr/bin/env bash
# Gathers what a suite has written, so that the quality gates can read it.
#
# SUITE    the suite's name
# OUTCOME  how its command ended: success or failure
# REPORTS  lines of `FORM GLOB`: the reports that the suite writes, from the repository's root
#
# Copies each report to RUNNER_TEMP/evidence/SUITE/FORM/. A suite that writes no test results is one test, which passed or
# failed with its command. A report that is missing is an error only where the command succeeded.
set -euo pipefail
shopt -s globstar nullglob
: "${SUITE:?}" "${OUTCOME:?}"

folder=$RUNNER_TEMP/evidence/$SUITE
mkdir -p "$folder"
missing=
while read -r form pattern; do
  [[ -n $form ]] || continue
  mapfile -t files < <(compgen -G "$pattern")
  found=0
  for file in "${files[@]}"; do
    [[ -f $file ]] || continue
    found=$((found + 1))
    mkdir -p "$folder/$form"
    cp -- "$file" "$folder/$form/$found-${file##*/}"
  done
  echo "$form: $found report(s) at $pattern"
  if [[ $found -eq 0 ]]; then
    missing=true
    echo "::warning title=No report::the suite $SUITE wrote no $form report at $pattern"
  fi
done <<<"${REPORTS:-}"

if [[ ! -d $folder/junit ]]; then
  mkdir -p "$folder/junit"
  failure=
  [[ $OUTCOME == success ]] || failure='<failure message="the command failed"/>'
  printf '<testsuites><testsuite name="%s" tests="1"><testcase name="%s" classname="%s">%s</testcase></testsuite></testsuites>\n' \
    "$SUITE" "$SUITE" "$SUITE" "$failure" >"$folder/junit/command.xml"
fi
[[ -z $missing || $OUTCOME != success ]] || exit 1
