#!/usr/bin/env bash
# Says which jobs have something to do: those that have a file which changed since BASE. Where that can't be told, all.
#
# BASE     the commit to compare with; empty or unknown: everything counts as changed
# FILTERS  lines of `JOB PATH`: the job runs where PATH changed. A PATH that ends in `/` is a folder, `*` is always.
#          The job `*` stands for all jobs.
#
# Writes `jobs` and `components`, JSON lists, to GITHUB_OUTPUT; a component is what a job `build-COMPONENT` builds.
set -euo pipefail

declare -A changed=() jobs=()
everything=

# What is not in the history can't be compared with: a first push, a forced push, a shallow clone.
if [[ -z ${BASE:-} ]] || ! base=$(git merge-base "$BASE" HEAD 2>/dev/null); then
  echo "No commit to compare with: everything counts as changed."
  everything=true
else
  echo "Changed since $base:"
  while IFS= read -r -d '' file; do
    echo "  $file"
    changed[$file]=true
    while [[ $file == */* ]]; do
      file=${file%/*}
      changed[$file/]=true
    done
  done < <(git diff --name-only --no-renames -z "$base" HEAD)
fi

all=()
while read -r job path; do
  [[ -n $job ]] || continue
  [[ $job == '*' ]] || all+=("$job")
  if [[ -n $everything || $path == '*' || -n ${changed[$path]:-} ]]; then
    if [[ $job == '*' ]]; then
      everything=true
    else
      jobs[$job]=true
    fi
  fi
done <<<"${FILTERS:-}"
if [[ -n $everything ]]; then
  for job in "${all[@]}"; do
    jobs[$job]=true
  done
fi

names=$(printf '%s\n' "${!jobs[@]}" | jq --raw-input --null-input --compact-output '[inputs | select(. != "")] | sort')
components=$(jq --compact-output '[.[] | select(startswith("build-")) | ltrimstr("build-")]' <<<"$names")
echo "Jobs: $names"
{
  echo "jobs=$names"
  echo "components=$components"
} >>"$GITHUB_OUTPUT"
