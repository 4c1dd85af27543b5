#!/usr/bin/env bash
# Finds what each service runs now, so that infrastructure can change while no version is replaced.
#
# CLUSTER   the cluster
# SERVICES  lines of `COMPONENT SERVICE`
#
# Writes `held` to GITHUB_OUTPUT: a JSON object from component to the task definition of its service.
set -euo pipefail
: "${CLUSTER:?}"

held='{}'
while read -r component service; do
  [[ -n $component ]] || continue
  # In the first deployment there is neither cluster nor service.
  running=$(aws ecs describe-services --cluster "$CLUSTER" --services "$service" \
    --query "services[?status=='ACTIVE'].taskDefinition | [0]" --output text 2>/dev/null </dev/null) || running=None
  [[ $running != arn:* ]] || held=$(jq --compact-output --arg component "$component" --arg running "$running" \
    '.[$component] = $running' <<<"$held")
done <<<"${SERVICES:-}"
echo "Held: $held"
echo "held=$held" >>"$GITHUB_OUTPUT"
