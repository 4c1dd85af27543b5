#!/usr/bin/env bash
# Stops where a secret that somebody has to set is empty or missing. No value is read.
#
# SECRETS  lines of names in the secret store
set -euo pipefail

missing=()
while IFS= read -r name; do
  [[ -n $name ]] || continue
  # A secret without a current version was made, and never set.
  version=$(aws secretsmanager list-secret-version-ids --secret-id "$name" \
    --query "length(Versions[?contains(VersionStages, 'AWSCURRENT')])" --output text 2>/dev/null) || version=0
  [[ $version =~ ^[1-9] ]] || missing+=("$name")
done <<<"${SECRETS:-}"
if [[ ${#missing[@]} -gt 0 ]]; then
  for name in "${missing[@]}"; do
    echo "::error title=Secret not set::$name has no value: aws secretsmanager put-secret-value --secret-id '$name' --secret-string file://..."
  done
  exit 1
fi
echo "All secrets are set."
