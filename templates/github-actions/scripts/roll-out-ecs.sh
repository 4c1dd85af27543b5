#!/usr/bin/env bash
# Lets new versions take over step by step, or all at once after a suite has passed: each runs as a service beside the one
# that serves. The service that serves is replaced afterwards, by the infrastructure.
#
# CLUSTER    the cluster
# PARAMETER  the beginning of the names of parameters by which the infrastructure tells its outputs
# BESIDE     lines of `COMPONENT SERVICE NEXT FAMILY SUITE RULE:GROUP:NEXT_GROUP,..`; `-` where there is no suite
# STEPS      lines of `COMPONENT WEIGHT SECONDS`: the share of requests that the new version takes, and for how long
# FINISH     true: the service that serves was replaced; requests go to it alone, and the one beside it ends
set -euo pipefail
: "${CLUSTER:?}" "${PARAMETER:?}"

known() { aws ssm get-parameter --name "$PARAMETER$1" --query Parameter.Value --output text </dev/null; }

# Sends a share of a component's requests to the version beside.
shift_to() {
  local rules=$1 weight=$2 rule group next actions
  for rule in ${rules//,/ }; do
    IFS=: read -r rule group next <<<"$rule"
    actions=$(jq --null-input --compact-output --arg group "$(known "target_group_$group")" --arg next "$(known "target_group_$next")" \
      --argjson weight "$weight" '[{Type: "forward", ForwardConfig: {TargetGroups: [
        {TargetGroupArn: $group, Weight: (100 - $weight)}, {TargetGroupArn: $next, Weight: $weight}]}}]')
    aws elbv2 modify-rule --rule-arn "$(known "listener_rule_$rule")" --actions "$actions" >/dev/null </dev/null
  done
}

take_back() {
  shift_to "$rules" 0
  aws ecs update-service --cluster "$CLUSTER" --service "$next" --desired-count 0 >/dev/null </dev/null
}

while read -r component service next family suite rules; do
  [[ -n $component ]] || continue
  if [[ ${FINISH:-} == true ]]; then
    aws ecs wait services-stable --cluster "$CLUSTER" --services "$service" </dev/null
    take_back
    echo "$component serves with its new version alone"
    continue
  fi
  count=$(aws ecs describe-services --cluster "$CLUSTER" --services "$service" --query 'services[0].desiredCount' --output text </dev/null)
  [[ $count =~ ^[1-9][0-9]*$ ]] || {
    echo "$component does not run yet: there is nothing to stand beside"
    continue
  }
  echo "::group::$component: $count task(s) beside"
  aws ecs update-service --cluster "$CLUSTER" --service "$next" --task-definition "$family" --desired-count "$count" >/dev/null </dev/null
  aws ecs wait services-stable --cluster "$CLUSTER" --services "$next" </dev/null || {
    take_back
    echo "::error title=Rollout::the new version of $component does not come up: the old one goes on"
    exit 1
  }
  if [[ $suite != - ]]; then
    variable=SUITE_${suite^^}
    command=${variable//-/_}
    env --unset AWS_ACCESS_KEY_ID --unset AWS_SECRET_ACCESS_KEY --unset AWS_SESSION_TOKEN \
      bash -euo pipefail -c "${!command}" </dev/null || {
      take_back
      echo "::error title=Rollout::$suite failed: the old version of $component goes on"
      exit 1
    }
  fi
  while read -r of weight seconds; do
    [[ $of == "$component" ]] || continue
    shift_to "$rules" "$weight"
    echo "$component: $weight % for $seconds s"
    # What is bad goes back at once, not at the end of its step.
    while :; do
      pause=$((seconds < 15 ? seconds : 15))
      sleep "${POLL_SECONDS:-$pause}"
      seconds=$((seconds - pause))
      alarms=$(aws cloudwatch describe-alarms --alarm-name-prefix "$next-" --state-value ALARM --query 'MetricAlarms[].AlarmName' --output text </dev/null)
      [[ -z $alarms || $alarms == None ]] || {
        take_back
        echo "::error title=Rollout::$component was judged bad at $weight %: $alarms"
        exit 1
      }
      ((seconds > 0)) || break
    done
  done <<<"$STEPS"
  echo "::endgroup::"
done <<<"${BESIDE:-}"
