#!/usr/bin/env bash
# Tells those who use a system that a release begins, with its notes: in the summary of the run, and to an address.
#
# SYSTEM       the system's name
# ENVIRONMENT  the environment
# COMMIT       the commit that is released
# NOTES        the notes of releases, a file of the repository; empty or not there: none are named
# NOTICE_URL   an address that takes {"text": ...}, as chats and status pages do; empty: nobody is told there
set -euo pipefail
: "${SYSTEM:?}" "${ENVIRONMENT:?}" "${COMMIT:?}"

text="A new release of $SYSTEM reaches $ENVIRONMENT now."
if [[ -n ${NOTES:-} && -f $NOTES ]]; then
  text+=" What changes: $GITHUB_SERVER_URL/$GITHUB_REPOSITORY/blob/$COMMIT/$NOTES"
fi
echo "$text" | tee -a "$GITHUB_STEP_SUMMARY"

if [[ -z ${NOTICE_URL:-} ]]; then
  echo "The secret USER_NOTICE_URL of this environment is not set: nobody else is told."
  exit 0
fi
# Who can't be told is no reason to hold a release back that was approved. The address is a secret: it is no argument.
jq --null-input --arg text "$text" '{text: $text}' |
  curl --fail --silent --show-error --max-time 20 --request POST --header 'Content-Type: application/json' --data @- \
    --config <(printf 'url = "%s"' "$NOTICE_URL") ||
  echo "::warning title=Users::the users could not be told of the release"
