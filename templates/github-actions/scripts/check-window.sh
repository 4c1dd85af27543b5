#!/usr/bin/env bash
# Stops outside of the times at which an environment may be deployed to.
#
# DAYS      the days, `mon` to `sun`, with spaces between; empty: every day
# FROM, TO  times of day, HH:MM; a window over midnight begins on a day of DAYS
# TIMEZONE  the time zone that they are in
# NOW       seconds since 1970 instead of the clock, for tests
set -euo pipefail
: "${FROM:?}" "${TO:?}" "${TIMEZONE:?}"

at() { TZ=$TIMEZONE LC_ALL=C date --date "@${NOW:-$EPOCHSECONDS}" "$@"; }

[[ -e /usr/share/zoneinfo/$TIMEZONE ]] || {
  echo "::error title=Deployment window::this machine does not know the time zone $TIMEZONE"
  exit 1
}
time=$(at +%H:%M)
day=$(at +%a)
if [[ $FROM < $TO ]]; then
  [[ ! $time < $FROM && $time < $TO ]] && open=true || open=false
elif [[ ! $time < $FROM ]]; then
  open=true
elif [[ $time < $TO ]]; then
  # The window began yesterday.
  open=true
  day=$(NOW=$((${NOW:-$EPOCHSECONDS} - 86400)) at +%a)
else
  open=false
fi
[[ -z ${DAYS:-} || " $DAYS " == *" ${day,,} "* ]] || open=false
if [[ $open == false ]]; then
  echo "::error title=Deployment window::it is $(at '+%A, %H:%M') in $TIMEZONE: deployments are possible ${DAYS:-every day} from $FROM to $TO. Run this job again then."
  exit 1
fi
echo "It is $(at '+%A, %H:%M') in $TIMEZONE: the window is open."
