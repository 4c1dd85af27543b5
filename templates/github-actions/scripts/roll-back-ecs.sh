#!/usr/bin/env bash
# Brings the versions of an earlier commit back. Infrastructure and data stay as they are.
#
# CLUSTER      the cluster
# ENVIRONMENT  the environment
# SERVICES     lines of `COMPONENT SERVICE`, in the order of going back
# HELD         JSON object from component to task definition: what ran before; empty: found by the images of COMMIT
# COMMIT       the commit to go back to
# PLANS        the file in which a commit says which images it runs
set -euo pipefail
: "${CLUSTER:?}" "${ENVIRONMENT:?}"

# The newest definition of a service's family that runs the image of the commit.
definition_of() {
  local component=$1 service=$2 image family definition
  image=$(git show "$COMMIT:$PLANS" | yq ".environments[] | select(.name == \"$ENVIRONMENT\") | .workloads[] | select(.component == \"$component\") | .image.reference")
  family=$(aws ecs describe-services --cluster "$CLUSTER" --services "$service" --query 'services[0].taskDefinition' --output text)
  family=${family##*/}
  for definition in $(aws ecs list-task-definitions --family-prefix "${family%:*}" --sort DESC --max-items 50 --query 'taskDefinitionArns[]' --output text); do
    if aws ecs describe-task-definition --task-definition "$definition" --query 'taskDefinition.containerDefinitions[].image' --output text |
      tr '\t' '\n' | grep --quiet --line-regexp --fixed-strings "$image"; then
      echo "$definition"
      return
    fi
  done
}

if [[ -z ${COMMIT:-} && (-z ${HELD:-} || $HELD == "{}") ]]; then
  echo "::error title=Rollback::nothing ran here before: there is no release to go back to"
  exit 1
fi
services=()
failed=
while read -r component service; do
  [[ -n $component ]] || continue
  definition=$(jq --raw-output --arg component "$component" '.[$component] // empty' <<<"${HELD:-"{}"}")
  [[ -n $definition || -z ${COMMIT:-} ]] || definition=$(definition_of "$component" "$service" </dev/null)
  if [[ -z $definition ]]; then
    echo "::warning title=Rollback::$component has no earlier version that is still known"
    failed=true
    continue
  fi
  echo "Bringing $component back to $definition"
  aws ecs update-service --cluster "$CLUSTER" --service "$service" --task-definition "$definition" >/dev/null </dev/null
  services+=("$service")
done <<<"${SERVICES:-}"
for service in "${services[@]}"; do
  aws ecs wait services-stable --cluster "$CLUSTER" --services "$service" || failed=true
done
if [[ -n $failed ]]; then
  echo "::error title=Rollback::not everything came back: somebody has to look"
  exit 1
fi
