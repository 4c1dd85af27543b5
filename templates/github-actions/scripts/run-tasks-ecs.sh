#!/usr/bin/env bash
# Runs tasks to their end, one after the other, in their newest definition.
#
# CLUSTER    the cluster
# PARAMETER  the beginning of the names of parameters by which the infrastructure tells its outputs
# TASKS      lines of `FAMILY COMPONENT`
set -euo pipefail
: "${CLUSTER:?}" "${PARAMETER:?}"

known() { aws ssm get-parameter --name "$PARAMETER$1" --query Parameter.Value --output text </dev/null; }

while read -r family component; do
  [[ -n $family ]] || continue
  network=$(jq --null-input --compact-output --arg subnets "$(known private_subnet_ids)" --arg group "$(known "security_group_$component")" \
    '{awsvpcConfiguration: {subnets: ($subnets | split(",")), securityGroups: [$group], assignPublicIp: "DISABLED"}}')
  task=$(aws ecs run-task --cluster "$CLUSTER" --task-definition "$family" --launch-type FARGATE --count 1 \
    --network-configuration "$network" --query 'tasks[0].taskArn' --output text </dev/null) || task=
  [[ $task == arn:* ]] || {
    echo "::error title=Task::$family could not be started"
    exit 1
  }
  echo "$family runs as $task"
  while :; do
    state=$(aws ecs describe-tasks --cluster "$CLUSTER" --tasks "$task" --output json </dev/null)
    [[ $(jq --raw-output '.tasks[0].lastStatus' <<<"$state") != STOPPED ]] || break
    sleep "${POLL_SECONDS:-10}"
  done
  failed=$(jq --raw-output '.tasks[0] | [.containers[] | select(.exitCode != 0) | "\(.name): \(.exitCode // .reason)"] | join(", ")' <<<"$state")
  [[ -z $failed ]] || {
    echo "::error title=Task::$family failed ($failed): the versions that run were not touched"
    exit 1
  }
  echo "$family is complete"
done <<<"${TASKS:-}"
