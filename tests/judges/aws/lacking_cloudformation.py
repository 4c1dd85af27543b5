"""What moto 5.2.1 lacks of CloudFormation itself: protection of stacks, templates at the simulated S3, drift."""

from __future__ import annotations

import urllib.parse

from lacking import added, changed
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import CloudFormationBackend
from moto.cloudformation.responses import CloudFormationResponse
from moto.s3.models import s3_backends
from moto.ssm.models import ssm_backends


def said(action: str, *fields: str) -> str:
    return f"<R><{action}Result>{''.join(fields)}</{action}Result></R>"


@added(CloudFormationResponse)
def update_termination_protection(self: CloudFormationResponse) -> str:
    return said("UpdateTerminationProtection", f"<StackId>{self._get_param('StackName')}</StackId>")


@changed(CloudFormationResponse, "_get_stack_from_s3_url")
def stack_from_url(known, self: CloudFormationResponse, url: str) -> str:
    """moto looks for templates at addresses of AWS alone, and the AWS CLI names the simulated one: ENDPOINT/BUCKET/KEY."""
    bucket, key = urllib.parse.urlparse(url).path.lstrip("/").split("/", 1)
    return s3_backends[self.current_account]["aws"].get_object(bucket, key).value.decode()


def changed_by_hand(self: CloudFormationResponse, stack: str) -> str | None:
    """The resource of a stack that a judge says was changed by hand, by a parameter of this name."""
    found = ssm_backends[self.current_account][self.region].get_parameter(f"/simulated/changed-by-hand/{stack}")
    return found.value if found else None


@added(CloudFormationResponse)
def detect_stack_drift(self: CloudFormationResponse) -> str:
    return said("DetectStackDrift", f"<StackDriftDetectionId>{self._get_param('StackName')}</StackDriftDetectionId>")


@added(CloudFormationResponse)
def describe_stack_drift_detection_status(self: CloudFormationResponse) -> str:
    stack = self._get_param("StackDriftDetectionId")
    state = "DRIFTED" if changed_by_hand(self, stack) else "IN_SYNC"
    fields = {"StackId": stack, "StackDriftDetectionId": stack, "StackDriftStatus": state, "DetectionStatus": "DETECTION_COMPLETE", "Timestamp": "2026-01-01T00:00:00Z"}
    return said("DescribeStackDriftDetectionStatus", *(f"<{name}>{value}</{name}>" for name, value in fields.items()))


@added(CloudFormationResponse)
def describe_stack_resource_drifts(self: CloudFormationResponse) -> str:
    stack = self._get_param("StackName")
    resource = changed_by_hand(self, stack)
    fields = {"StackId": stack, "LogicalResourceId": resource, "PhysicalResourceId": resource, "ResourceType": "AWS::Logs::LogGroup", "StackResourceDriftStatus": "MODIFIED", "Timestamp": "2026-01-01T00:00:00Z"}
    member = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return said("DescribeStackResourceDrifts", f"<StackResourceDrifts>{f'<member>{member}</member>' if resource else ''}</StackResourceDrifts>")


@changed(CloudFormationBackend)
def execute_change_set(known, self: CloudFormationBackend, change_set_name: str, stack_name: str | None = None) -> None:
    """What fails is rolled back, and the stack says so; moto would answer the call with an error and leave the stack as it is."""
    change_set = self.describe_change_set(change_set_name)
    stack = self.stacks[change_set.stack_id]
    try:
        known(self, change_set_name, stack_name)
    except Exception as error:  # noqa: BLE001
        first = change_set.change_set_type == "CREATE"
        stack._add_stack_event("CREATE_FAILED" if first else "UPDATE_FAILED", resource_status_reason=str(error))
        stack.status = "ROLLBACK_COMPLETE" if first else "UPDATE_ROLLBACK_COMPLETE"
        stack.template = change_set.template
        change_set.execution_status = "EXECUTE_FAILED"


@changed(CloudFormationBackend)
def create_change_set(known, self: CloudFormationBackend, *arguments: object, **named: object) -> object:
    name = named.get("stack_name") or arguments[0]
    if any(stack.name == name and stack.status == "ROLLBACK_COMPLETE" for stack in self.stacks.values()):
        raise ValidationError(message=f"Stack:{name} is in ROLLBACK_COMPLETE state and can not be updated.")
    return known(self, *arguments, **named)


@changed(CloudFormationBackend)
def delete_stack(known, self: CloudFormationBackend, name_or_stack_id: str) -> None:
    """Of a stack whose first deployment failed nothing is left to delete."""
    for stack in list(self.stacks.values()):
        if name_or_stack_id in (stack.name, stack.stack_id) and stack.status == "ROLLBACK_COMPLETE":
            self.deleted_stacks[stack.stack_id] = self.stacks.pop(stack.stack_id)
            stack.status = "DELETE_COMPLETE"
            return
    known(self, name_or_stack_id)
