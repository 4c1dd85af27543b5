#!/usr/bin/env bash
# Finds the commit that an environment goes back to.
#
# ENVIRONMENT  the environment
# RELEASE      a commit or a tag that ran there before; empty: the last one that is not COMMIT
# COMMIT       the commit that is deployed; empty: the one that runs now
#
# Writes `commit` to GITHUB_OUTPUT; empty where nothing ran before.
set -euo pipefail
: "${ENVIRONMENT:?}"

released=$(gh api --method GET "repos/$GITHUB_REPOSITORY/deployments" \
  --field environment="$ENVIRONMENT" --field task=release --field per_page=100 --jq '.[].sha')
commit=
if [[ -n ${RELEASE:-} ]]; then
  commit=$(git rev-parse --verify --quiet "$RELEASE^{commit}") || {
    echo "::error title=Release::no commit or tag is called $RELEASE"
    exit 1
  }
  grep --quiet --line-regexp "$commit" <<<"$released" || {
    echo "::error title=Release::$RELEASE never ran in $ENVIRONMENT"
    exit 1
  }
else
  current=${COMMIT:-${released%%$'\n'*}}
  commit=$(grep --invert-match --line-regexp --max-count 1 "${current:-none}" <<<"$released" || true)
fi
echo "Earlier release: ${commit:-none}"
echo "commit=$commit" >>"$GITHUB_OUTPUT"
