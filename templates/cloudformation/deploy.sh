#!/usr/bin/env bash
# Deploys the stacks of a folder in the order of its stacks.json: those of one wave at once. A template is for all
# environments; what one gives to it stands in the folder's parameters/.
#
#   bash deploy.sh FOLDER          deploys, such as environments/production
#   bash deploy.sh --plan FOLDER   shows what would change, and changes nothing
#   bash deploy.sh --drift FOLDER  the same, with what was changed by hand; fails where there is any difference
#
#   Begin with the folder of the account: its first stack makes the bucket through which larger templates go.
#
# TEMPLATE_BUCKET   another bucket for templates above 51,200 bytes
# HELD              JSON object COMPONENT -> task definition that its service keeps for now; absent: each runs its newest
# JOBS              how many stacks are deployed at once; absent: 5
#
# Needs the AWS CLI, signed in to the account, and jq. Nothing happens where nothing changed.
set -euo pipefail

mode=deploy
case "${1:-}" in
--plan | --drift)
  mode="${1#--}"
  shift
  ;;
esac
folder="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)/${1:?which folder: environments/NAME}"
list="$folder/stacks.json"

template_bucket() { # the bucket through which templates go that are too large for a call
  local base
  base=$(jq -r '.template_bucket // ""' "$list")
  printf '%s\n' "${TEMPLATE_BUCKET:-$base-$(aws sts get-caller-identity --query Account --output text)}"
}

zone_of() { # DOMAIN: the id of the public zone with the longest name that the domain ends in
  local name="$1" id
  while [ -n "$name" ]; do
    id=$(aws route53 list-hosted-zones-by-name --dns-name "$name" --output json |
      jq -r --arg name "$name." '[.HostedZones[] | select(.Name == $name and (.Config.PrivateZone | not))][0].Id // empty')
    if [ -n "$id" ]; then
      printf '%s\n' "${id#/hostedzone/}"
      return
    fi
    case "$name" in *.*) name="${name#*.}" ;; *) name="" ;; esac
  done
  printf 'no hosted zone for %s\n' "$1" >&2
  return 1
}

status_of() { # NAME REGION: the status of a stack; nothing where there is none
  aws cloudformation describe-stacks --stack-name "$1" --region "$2" --query 'Stacks[0].StackStatus' --output text 2>/dev/null || true
}

forget_empty() { # NAME REGION: takes away the change sets without a change that the AWS CLI leaves behind
  local set
  aws cloudformation list-change-sets --stack-name "$1" --region "$2" --output text \
    --query "Summaries[?Status=='FAILED' && starts_with(ChangeSetName, 'awscli-cloudformation-package-deploy-')].[ChangeSetId]" |
    while IFS= read -r set; do
      [ -z "$set" ] || [ "$set" = None ] || aws cloudformation delete-change-set --region "$2" --change-set-name "$set" >/dev/null
    done
}

planned() { # NAME REGION ARGUMENT..: what a change set of a stack would do, a line a resource
  local name="$1" region="$2" said set
  shift 2
  # A stack that isn't there reads what others haven't told yet: no change set can be made of it.
  case "$(status_of "$name" "$region")" in
  "" | REVIEW_IN_PROGRESS | ROLLBACK_COMPLETE)
    echo "is new"
    return
    ;;
  esac
  said=$(aws cloudformation deploy "$@" --no-execute-changeset)
  set=$(grep --only-matching 'arn:[^ ]*:changeSet/[^ ]*' <<<"$said" | head -n 1 || true)
  if [ -z "$set" ]; then
    forget_empty "$name" "$region"
    return
  fi
  aws cloudformation describe-change-set --stack-name "$name" --region "$region" --change-set-name "$set" --output text \
    --query 'Changes[].ResourceChange.[Action, LogicalResourceId, ResourceType, Replacement]'
  aws cloudformation delete-change-set --stack-name "$name" --region "$region" --change-set-name "$set" >/dev/null
}

change() { # NAME REGION ARGUMENT..: deploys a stack, and says in a line what became of it; what failed, where it does
  local name="$1" region="$2" said failed=
  shift 2
  said=$(aws cloudformation deploy "$@" 2>&1) || failed=true
  # A stack whose first deployment failed holds nothing, and takes no other. The pipeline may delete none: a person does.
  if [ -n "$failed" ] && [[ $said == *"is in ROLLBACK_COMPLETE state"* ]] &&
    aws cloudformation delete-stack --stack-name "$name" --region "$region" &&
    aws cloudformation wait stack-delete-complete --stack-name "$name" --region "$region"; then
    failed=
    said=$(aws cloudformation deploy "$@" 2>&1) || failed=true
  fi
  if [ -n "$failed" ]; then
    printf '%s: failed\n%s\n' "$name" "$said" >&2
    aws cloudformation describe-stack-events --stack-name "$name" --region "$region" --max-items 50 --output text \
      --query "StackEvents[?ends_with(ResourceStatus, '_FAILED')].[LogicalResourceId, ResourceStatusReason]" >&2 || true
    return 1
  fi
  case "$said" in
  *"No changes to deploy"*)
    printf '%s: no changes\n' "$name"
    forget_empty "$name" "$region"
    ;;
  *) printf '%s: deployed\n' "$name" ;;
  esac
}

network_of() { # CLUSTER REGION: the parameters that say where the cluster stands, a line each
  local cluster="$1" region="$2" known vpc subnets
  known=$(aws eks describe-cluster --name "$cluster" --region "$region" --query cluster.resourcesVpcConfig --output json)
  vpc=$(jq -r .vpcId <<<"$known")
  # Those without a way in bear a tag that says so; else those that the cluster names.
  subnets=$(aws ec2 describe-subnets --region "$region" --output json \
    --filters "Name=vpc-id,Values=$vpc" "Name=tag:kubernetes.io/role/internal-elb,Values=1" |
    jq -r '[.Subnets[].SubnetId] | sort | join(",")')
  [ -n "$subnets" ] || subnets=$(jq -r '.subnetIds | join(",")' <<<"$known")
  printf 'ExistingVpc=%s\nExistingSubnets=%s\nExistingSecurityGroup=%s\n' "$vpc" "$subnets" "$(jq -r .clusterSecurityGroupId <<<"$known")"
}

write_brokers() { # REGION SECRET PARAMETER: the addresses of the Kafka cluster whose ARN stands in the parameter
  local region="$1" secret="$2" cluster brokers wanted
  cluster=$(aws ssm get-parameter --region "$region" --name "$3" --query Parameter.Value --output text)
  brokers=$(aws kafka get-bootstrap-brokers --region "$region" --cluster-arn "$cluster" --query BootstrapBrokerStringSaslIam --output text)
  wanted=$(jq -cn --arg brokers "$brokers" '{brokers: $brokers}')
  if [ "$(aws secretsmanager get-secret-value --region "$region" --secret-id "$secret" --query SecretString --output text 2>/dev/null)" != "$wanted" ]; then
    aws secretsmanager put-secret-value --region "$region" --secret-id "$secret" --secret-string "$wanted" >/dev/null
  fi
}

changed_by_hand() { # NAME REGION: resources of a stack that are not as its template has them, a line each
  local name="$1" region="$2" detection state
  detection=$(aws cloudformation detect-stack-drift --stack-name "$name" --region "$region" --query StackDriftDetectionId --output text)
  while :; do
    state=$(aws cloudformation describe-stack-drift-detection-status --region "$region" --stack-drift-detection-id "$detection" \
      --query '[DetectionStatus, StackDriftStatus]' --output text)
    [[ $state == DETECTION_IN_PROGRESS* ]] || break
    sleep "${POLL_SECONDS:-5}"
  done
  [[ $state == *DRIFTED ]] || return 0
  aws cloudformation describe-stack-resource-drifts --stack-name "$name" --region "$region" --output text \
    --stack-resource-drift-status-filters MODIFIED DELETED \
    --query 'StackResourceDrifts[].[StackResourceDriftStatus, LogicalResourceId, ResourceType, PhysicalResourceId]'
}

differs=
deploy() { # INDEX: one stack, or what a deployment of it would change
  local stack name template arguments tags parameters file component cluster found
  stack=$(jq -c ".stacks[$1]" "$list")
  field() { jq -r "$1" <<<"$stack"; }
  name=$(field .name)
  template="$folder/$(field .template)"
  arguments=(--stack-name "$name" --template-file "$template" --region "$(field .region)" --capabilities CAPABILITY_NAMED_IAM --no-fail-on-empty-changeset)

  tags=()
  while IFS= read -r tag; do tags+=("$tag"); done < <(field '.tags // {} | to_entries[] | "\(.key)=\(.value)"')
  [ "${#tags[@]}" -eq 0 ] || arguments+=(--tags "${tags[@]}")

  # What the environment gives to the template; each ends with a byte that stands in no value.
  parameters=()
  file=$(field '.parameters // empty')
  [ -z "$file" ] ||
    while IFS= read -r -d '' parameter; do parameters+=("$parameter"); done < <(
      jq -j '.Parameters | to_entries[] | "\(.key)=\(.value)\u0000"' "$folder/$file"
    )
  while IFS=$'\t' read -r parameter domain; do
    [ -n "$parameter" ] || continue
    zone=$(zone_of "$domain")
    parameters+=("$parameter=$zone")
  done < <(field '.hosted_zones // {} | to_entries[] | [.key, .value] | @tsv')
  while IFS=$'\t' read -r parameter region known; do
    # A plan of what isn't there yet has nobody to ask.
    [ -n "$parameter" ] && [ "$mode" = deploy ] || continue
    value=$(aws ssm get-parameter --region "$region" --name "$known" --query Parameter.Value --output text)
    parameters+=("$parameter=$value")
  done < <(field '.parameters_of_other_regions // {} | to_entries[] | [.key, .value.region, .value.name] | @tsv')

  cluster=$(field '.existing_cluster // empty')
  if [ -n "$cluster" ]; then
    while IFS= read -r parameter; do parameters+=("$parameter"); done < <(network_of "$cluster" "$(field .region)")
  fi

  # Handed over also where it is empty: a parameter that is left out keeps its last value.
  component=$(field '.held_task_definition // empty')
  [ -z "$component" ] ||
    parameters+=("HeldTaskDefinition=$(jq -r --arg component "$component" '.[$component] // ""' <<<"${HELD:-"{}"}")")
  [ "${#parameters[@]}" -eq 0 ] || arguments+=(--parameter-overrides "${parameters[@]}")

  if [ "$(wc -c <"$template")" -gt 51200 ]; then
    arguments+=(--s3-bucket "$(template_bucket)")
  fi
  if [ "$mode" != deploy ]; then
    found=$(planned "$name" "$(field .region)" "${arguments[@]}")
    [ "$mode" = plan ] || [ "$found" = "is new" ] || found+=$(changed_by_hand "$name" "$(field .region)")
    [ -z "$found" ] || differs=true
    printf '%s: %s\n' "$name" "${found:-no changes}"
    return
  fi
  change "$name" "$(field .region)" "${arguments[@]}"
  aws cloudformation set-stack-policy --stack-name "$name" --region "$(field .region)" \
    --stack-policy-body "file://$folder/$(field .stack_policy)"
  if [ "$(field .termination_protection)" = true ]; then
    aws cloudformation update-termination-protection --stack-name "$name" --region "$(field .region)" \
      --enable-termination-protection >/dev/null
  fi
  while IFS=$'\t' read -r secret cluster; do
    [ -z "$secret" ] || write_brokers "$(field .region)" "$secret" "$cluster"
  done < <(field '.secrets_with_brokers // {} | to_entries[] | [.key, .value] | @tsv')
}

finish() { # waits for the stacks that are being deployed; ends here where one of them failed
  local at failed=()
  for at in "${!running[@]}"; do
    wait "${running[$at]}" || failed+=("${names[$at]}")
  done
  running=()
  names=()
  if [ "${#failed[@]}" -gt 0 ]; then
    printf 'failed: %s; what comes after was not deployed\n' "${failed[*]}" >&2
    exit 1
  fi
}

running=()
names=()
wave=
count=$(jq '.stacks | length' "$list")
for ((index = 0; index < count; index++)); do
  if [ "$mode" != deploy ]; then
    deploy "$index"
    continue
  fi
  of=$(jq -r ".stacks[$index].wave" "$list")
  if [ "$of" != "$wave" ] || [ "${#running[@]}" -ge "${JOBS:-5}" ]; then
    finish
  fi
  wave="$of"
  deploy "$index" &
  running+=("$!")
  names+=("$(jq -r ".stacks[$index].name" "$list")")
done
finish
if [ "$mode" = drift ] && [ -n "$differs" ]; then
  echo "::error title=Drift::what runs differs from what is committed"
  exit 1
fi
