#!/usr/bin/env bash
# Records which commit runs in an environment, for rollbacks, and marks the moment on the dashboards.
#
# ENVIRONMENT    the environment
# COMMIT         the commit
# GRAFANA_URL    the address of Grafana; empty: nothing is marked there
# GRAFANA_TOKEN  a token that may write annotations; empty: nothing is marked there
# SYSTEM         the system's name
set -euo pipefail
: "${ENVIRONMENT:?}" "${COMMIT:?}" "${SYSTEM:?}"

run=$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID
id=$(jq --null-input --arg ref "$COMMIT" --arg environment "$ENVIRONMENT" \
  '{ref: $ref, environment: $environment, task: "release", auto_merge: false, required_contexts: []}' |
  gh api --method POST "repos/$GITHUB_REPOSITORY/deployments" --input - --jq .id)
gh api --method POST "repos/$GITHUB_REPOSITORY/deployments/$id/statuses" \
  --field state=success --field log_url="$run" --field auto_inactive=false --silent
echo "$COMMIT runs in $ENVIRONMENT."

if [[ -n ${GRAFANA_URL:-} && -n ${GRAFANA_TOKEN:-} ]]; then
  # A mark on a dashboard is no reason to fail a deployment that is done.
  jq --null-input --arg system "$SYSTEM" --arg environment "$ENVIRONMENT" --arg text "$SYSTEM ${COMMIT:0:12} <a href=\"$run\">run</a>" \
    '{tags: ["deployment", $system, $environment], text: $text}' |
    curl --fail --silent --show-error --max-time 20 --request POST "$GRAFANA_URL/api/annotations" \
      --header 'Content-Type: application/json' --header @<(printf 'Authorization: Bearer %s' "$GRAFANA_TOKEN") --data @- ||
    echo "::warning title=Dashboards::the deployment could not be marked in Grafana"
fi
