#!/usr/bin/env bash
# Replaces versions, wave after wave. The next wave begins when everything of this one runs and was judged good.
#
# FOLDER     the folder of the workloads' kustomization
# NAMESPACE  the namespace
# ROLLOUTS   lines of `WAVE FORM STRATEGY SECONDS SUITE COMPONENT`, by wave; `-` where there is none
#            FORM: replicated, stateful, scheduled, on-deploy; STRATEGY: rolling, canary, blue-green
#            SUITE: the suite that has to pass before a blue-green switch; its command is in SUITE_NAME, in capitals
# OUTPUTS    what only the infrastructure knows: lines for infrastructure.env
set -euo pipefail
: "${FOLDER:?}" "${NAMESPACE:?}" "${ROLLOUTS:?}"

kube() { kubectl --namespace "$NAMESPACE" "$@"; }

if [[ -n ${OUTPUTS:-} ]]; then
  printf '%s\n' "$OUTPUTS" >"$FOLDER/infrastructure.env"
fi
rendered=$(mktemp)
trap 'rm -f "$rendered"' EXIT
kubectl kustomize "$FOLDER" >"$rendered"

# Waits until Argo Rollouts says that a new version is good, bad, or waits for somebody.
rollout_phase() {
  local name=$1 seconds=$2 end state
  end=$((SECONDS + seconds))
  while ((SECONDS < end)); do
    state=$(kube get rollout "$name" --output json | jq --raw-output '
      if (.status.observedGeneration | tostring) != (.metadata.generation | tostring) then "Unseen" else .status.phase end')
    case $state in
    Healthy | Degraded) break ;;
    Paused) [[ ${3:-} != until-paused ]] || break ;;
    esac
    sleep "${POLL_SECONDS:-10}"
  done
  echo "$state"
}

# Runs the suite on the new version while nobody else sees it.
verify_beside() {
  local name=$1 suite=$2 variable command port log forward status=0
  variable=SUITE_${suite^^}
  command=${variable//-/_}
  command=${!command}
  log=$(mktemp)
  port=$(kube get service "$name-preview" --output jsonpath='{.spec.ports[0].port}')
  kube port-forward "service/$name-preview" ":$port" >"$log" &
  forward=$!
  for _ in {1..30}; do
    port=$(sed --quiet 's/^Forwarding from 127.0.0.1:\([0-9]*\) .*/\1/p' "$log" | head --lines 1)
    [[ -z $port ]] || break
    sleep 1
  done
  echo "Running $suite on the new version of $name"
  env --unset AWS_ACCESS_KEY_ID --unset AWS_SECRET_ACCESS_KEY --unset AWS_SESSION_TOKEN \
    BASE_URL="http://localhost:$port" bash -euo pipefail -c "$command" || status=$?
  kill "$forward" 2>/dev/null || true
  return "$status"
}

wait_for() {
  local form=$1 strategy=$2 seconds=$3 suite=$4 name=$5 phase
  case $form in
  replicated)
    if [[ $strategy == rolling ]]; then
      kube rollout status "deployment/$name" --timeout "${seconds}s"
      return
    fi
    if [[ $suite != - ]]; then
      phase=$(rollout_phase "$name" "$seconds" until-paused)
      if [[ $phase == Paused ]]; then
        verify_beside "$name" "$suite" || {
          echo "::error title=Rollout::$suite failed on the new version of $name: the old one goes on"
          return 1
        }
        kube patch rollout "$name" --subresource status --type merge --patch '{"status":{"pauseConditions":null}}'
      fi
    fi
    phase=$(rollout_phase "$name" "$seconds")
    [[ $phase == Healthy ]] || {
      kube describe rollout "$name" | tail --lines 30
      echo "::error title=Rollout::$name is $phase"
      return 1
    }
    echo "$name is healthy"
    ;;
  stateful) kube rollout status "statefulset/$name" --timeout "${seconds}s" ;;
  on-deploy) kube wait job --selector "app.kubernetes.io/name=$name" --for condition=complete --timeout "${seconds}s" ;;
  *) echo "$name runs by its schedule" ;;
  esac
}

wave_done() {
  local line names
  [[ ${#wave[@]} -gt 0 ]] || return 0
  names=$(printf '%s\n' "${wave[@]}" | cut --delimiter ' ' --fields 6 | paste --serial --delimiters ,)
  echo "::group::Wave $number: $names"
  kube apply --server-side --force-conflicts --filename "$rendered" --selector "app.kubernetes.io/name in ($names)"
  for line in "${wave[@]}"; do
    read -r _ form strategy seconds suite name <<<"$line"
    wait_for "$form" "$strategy" "$seconds" "$suite" "$name"
  done
  echo "::endgroup::"
  wave=()
}

number=
wave=()
while IFS= read -r line; do
  [[ -n $line ]] || continue
  [[ ${line%% *} == "$number" ]] || wave_done
  number=${line%% *}
  wave+=("$line")
done <<<"$ROLLOUTS"
wave_done

# What belongs to no component alone.
kubectl apply --server-side --force-conflicts --filename "$rendered" >/dev/null
