#!/usr/bin/env bash
# Brings the versions of an earlier commit back. Infrastructure and data stay as they are.
#
# COMMIT     the commit to go back to
# FOLDER     the folder of the workloads' kustomization
# ROLLOUTS   as for roll-out-kubernetes.sh, in the order of going back
# NAMESPACE  the namespace
set -euo pipefail
: "${FOLDER:?}" "${ROLLOUTS:?}" "${NAMESPACE:?}"

if [[ -z ${COMMIT:-} ]]; then
  echo "::error title=Rollback::nothing ran here before: there is no release to go back to"
  exit 1
fi
earlier=$(mktemp --directory)
trap 'git worktree remove --force "$earlier"' EXIT
git worktree add --quiet --detach "$earlier" "$COMMIT"
# What only the infrastructure knows did not change with the release.
if [[ -f $FOLDER/infrastructure.env && -d $earlier/$FOLDER ]]; then
  cp "$FOLDER/infrastructure.env" "$earlier/$FOLDER/infrastructure.env"
fi

rendered=$(mktemp)
kubectl kustomize "$earlier/$FOLDER" >"$rendered"
failed=
while read -r _ form strategy seconds _ name; do
  [[ -n ${name:-} ]] || continue
  echo "Bringing $name back"
  kubectl apply --namespace "$NAMESPACE" --server-side --force-conflicts --filename "$rendered" --selector "app.kubernetes.io/name=$name"
  case $form/$strategy in
  replicated/rolling) kubectl rollout status "deployment/$name" --namespace "$NAMESPACE" --timeout "${seconds}s" || failed=true ;;
  replicated/*)
    # A version that ran before is known to be good: it need not pass all steps again.
    kubectl patch rollout "$name" --namespace "$NAMESPACE" --subresource status --type merge --patch '{"status":{"promoteFull":true}}'
    kubectl wait rollout "$name" --namespace "$NAMESPACE" --for jsonpath='{.status.phase}'=Healthy --timeout "${seconds}s" || failed=true
    ;;
  stateful/*) kubectl rollout status "statefulset/$name" --namespace "$NAMESPACE" --timeout "${seconds}s" || failed=true ;;
  esac
done <<<"$ROLLOUTS"
rm -f "$rendered"
if [[ -n $failed ]]; then
  echo "::error title=Rollback::not everything came back: somebody has to look"
  exit 1
fi
echo "$COMMIT runs again."
