#!/usr/bin/env bash
# Installs the managed parts of the cluster: pinned charts, in the order of charts.yaml. What is installed already and did
# not change stays as it is.
#
# FOLDER     the folder of charts.yaml, the charts' values and the kustomization of what they stand in
# PARAMETER  the beginning of the names of parameters by which the infrastructure tells its outputs
set -euo pipefail
: "${FOLDER:?}" "${PARAMETER:?}"

kubectl apply --server-side --force-conflicts --kustomize "$FOLDER"
yq --output-format json --indent 0 '.charts[]' "$FOLDER/charts.yaml" | while IFS= read -r chart; do
  field() { jq --raw-output --arg key "$1" '.[$key]' <<<"$chart"; }
  arguments=()
  while IFS=$'\t' read -r value output; do
    # What only the infrastructure knows is read where it was written.
    known=$(aws ssm get-parameter --name "$PARAMETER${output,,}" --query Parameter.Value --output text </dev/null)
    arguments+=(--set-string "$value=$known")
  done < <(jq --raw-output '.from_infrastructure[]? | [.value, .output] | @tsv' <<<"$chart")
  echo "$(field release) $(field version)"
  helm upgrade "$(field release)" "$(field chart)" --install --atomic --wait --timeout 10m \
    --repo "$(field repository)" --version "$(field version)" \
    --namespace "$(field namespace)" --create-namespace \
    --values "$FOLDER/$(field values)" "${arguments[@]}" </dev/null
done
