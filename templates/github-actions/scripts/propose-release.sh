#!/usr/bin/env bash
# Proposes a release as one pull request: its packages, its evidence, and what pathc generates from them.
#
# VERSION   the release's version
# MAIN      the branch that is deployed from
# PACKAGES  the folder with one JSON file a package
#
# The evidence was imported before. Merging the pull request starts the deployment.
set -euo pipefail
shopt -s nullglob
: "${VERSION:?}" "${MAIN:?}" "${PACKAGES:?}"

packages=("$PACKAGES"/*.json)
[[ ${#packages[@]} -eq 0 ]] || pathc import package "${packages[@]}"
pathc build
base=$(git rev-parse HEAD)
if [[ -z $(git status --porcelain) ]]; then
  echo "Nothing differs from $MAIN: there is nothing to release."
  exit 0
fi

branch=release/$VERSION
export GIT_AUTHOR_NAME='github-actions[bot]' GIT_AUTHOR_EMAIL='41898282+github-actions[bot]@users.noreply.github.com'
export GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL
gh auth setup-git
git switch --quiet --create "$branch"
git add --all
git commit --quiet --message "Release $VERSION"
# A release that is proposed again replaces what was proposed before.
git push --force --set-upstream origin "$branch"
if [[ $(gh pr list --head "$branch" --base "$MAIN" --state open --json number --jq length) == 0 ]]; then
  gh pr create --head "$branch" --base "$MAIN" --title "Release $VERSION" \
    --body "The packages and the evidence of $VERSION, and what pathc generates from them. Merging this deploys it."
fi
# What the workflow's own token pushes starts no workflow: the check is started by hand.
gh workflow run ci.yml --ref "$branch" --field base="$base"
