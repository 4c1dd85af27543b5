#!/usr/bin/env bash
# Changes stored data before any new version runs: one job after the other, each in its own file. A job that ran before has
# the same name and is not run again.
#
# FOLDER     the folder of the migrations
# NAMESPACE  the namespace that they run in
set -euo pipefail
: "${FOLDER:?}" "${NAMESPACE:?}"
shopt -s nullglob

# What the jobs share comes first: accounts and settings.
for file in "$FOLDER"/*.yaml; do
  name=${file##*/}
  [[ $name =~ ^[0-9]+- || $name == kustomization.yaml ]] || kubectl apply --server-side --force-conflicts --filename "$file"
done

for file in "$FOLDER"/[0-9]*-*.yaml; do
  kubectl apply --server-side --force-conflicts --filename "$file"
  job=$(kubectl get --filename "$file" --output json | jq --raw-output '[.items[]?, .] | map(select(.kind == "Job")) | .[0].metadata.name')
  echo "Waiting for $job"
  while :; do
    status=$(kubectl get job "$job" --namespace "$NAMESPACE" --output json |
      jq --raw-output '[.status.conditions[]? | select(.status == "True") | .type] | join(" ")')
    case " $status " in
    *' Complete '*) break ;;
    *' Failed '*)
      kubectl logs "job/$job" --namespace "$NAMESPACE" --all-containers --tail 200 || true
      echo "::error title=Migration::$job failed: the versions that run were not touched"
      exit 1
      ;;
    esac
    sleep "${POLL_SECONDS:-5}"
  done
  echo "$job is complete"
done
