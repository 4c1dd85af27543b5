#!/usr/bin/env bash
# Writes what is known of a package that was just pushed, for the pull request of the release.
#
# COMPONENT, VERSION, DIGEST, COMMIT  what was built; a `v` before the version's digits is left out
# SBOM, SIGNED, PROVENANCE            true or false: what was proved
set -euo pipefail
: "${COMPONENT:?}" "${VERSION:?}" "${COMMIT:?}"

[[ ${DIGEST:-} =~ ^sha256:[0-9a-f]{64}$ ]] || {
  echo "::error title=Package::the image of $COMPONENT has no digest"
  exit 1
}
[[ ! $VERSION =~ ^v[0-9] ]] || VERSION=${VERSION#v}
mkdir -p "$RUNNER_TEMP/package"
jq --null-input \
  --arg component "$COMPONENT" --arg version "$VERSION" --arg digest "$DIGEST" --arg commit "$COMMIT" \
  --arg built_at "$(date --utc +%Y-%m-%dT%H:%M:%SZ)" \
  --argjson sbom "$SBOM" --argjson signed "$SIGNED" --argjson provenance "$PROVENANCE" \
  '$ARGS.named' | tee "$RUNNER_TEMP/package/$COMPONENT.json"
