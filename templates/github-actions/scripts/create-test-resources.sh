#!/usr/bin/env bash
# Makes the queues, topics and buckets that a suite is given, in the emulator of the cloud beside the job.
#
# RESOURCES         lines of `KIND NAME`: queue, topic or bucket
# AWS_ENDPOINT_URL  where the emulator answers
set -euo pipefail
: "${AWS_ENDPOINT_URL:?}"

while read -r kind name; do
  case $kind in
  queue) aws sqs create-queue --queue-name "$name" >/dev/null ;;
  topic) aws sns create-topic --name "$name" >/dev/null ;;
  bucket) aws s3api create-bucket --bucket "$name" >/dev/null ;;
  '') continue ;;
  *)
    echo "unknown kind of resource: $kind" >&2
    exit 2
    ;;
  esac
  echo "$kind $name"
done <<<"${RESOURCES:-}"
