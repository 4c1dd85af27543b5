#!/usr/bin/env bash
# Brings what the suites and scans of this run have found into the input files of this workspace. Nothing is committed.
#
# EVIDENCE    lines of `SUITE FORM COMPONENT..`: what to import, as which suite, about which components
# COMPONENTS  JSON list of the components that changed: only they have new evidence
# COMMIT      the commit that was tested
# FOLDER      where the evidence lies; `evidence` where it is empty
#
# Reads FOLDER/SUITE/FORM/, as collect-evidence.sh wrote it. A suite that did not run in this pipeline has no folder.
set -euo pipefail
: "${COMPONENTS:?}" "${COMMIT:?}"
shopt -s nullglob

declare -A changed=()
while IFS= read -r component; do
  changed[$component]=true
done < <(jq --raw-output '.[]' <<<"$COMPONENTS")

while read -r suite form components; do
  [[ -n $suite ]] || continue
  files=("${FOLDER:-evidence}/$suite/$form"/*)
  [[ ${#files[@]} -gt 0 ]] || continue
  arguments=(--commit "$COMMIT")
  if [[ $form == junit ]]; then
    arguments+=(--suite "$suite")
  else
    about=0
    for component in $components; do
      [[ -n ${changed[$component]:-} ]] || continue
      arguments+=(--component "$component")
      about=$((about + 1))
    done
    [[ $about -gt 0 ]] || continue
  fi
  echo "pathc import $form: ${#files[@]} file(s) of $suite"
  pathc import "$form" "${files[@]}" "${arguments[@]}"
done <<<"${EVIDENCE:-}"
