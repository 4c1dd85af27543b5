#!/usr/bin/env bash
# Lets Terraform make what it has planned, and nothing else.
#
# ROOT    the folder of the root module
# BUCKET  the bucket of the state, where the root does not name it
# HELD    JSON object COMPONENT -> task definition that its service keeps for now; absent: services follow their newest
set -euo pipefail
: "${ROOT:?}"

options=(-input=false)
[[ -z ${BUCKET:-} ]] || options+=("-backend-config=bucket=$BUCKET")
terraform "-chdir=$ROOT" init "${options[@]}"
plan=$(mktemp)
trap 'rm -f "$plan"' EXIT
arguments=(-input=false -lock-timeout=10m -no-color "-out=$plan")
[[ -z ${HELD:-} ]] || arguments+=("-var=held_task_definitions=$HELD")
terraform "-chdir=$ROOT" plan "${arguments[@]}"
terraform "-chdir=$ROOT" apply -input=false -lock-timeout=10m -no-color "$plan"
