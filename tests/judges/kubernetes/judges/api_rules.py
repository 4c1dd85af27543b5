"""Judge `api-rules`: what the API server's validation asks of one object and no schema says.

Names, label values, quantities, probes, ports, selectors, bounds. Written from the validation code of Kubernetes 1.36.2 and
the API conventions, read 2026-11-23.
"""

from __future__ import annotations

import ipaddress
import pathlib
import re
import typing

from . import quantity
from .model import WORKLOADS, Environment, Finding, Object, Pods, mapping, pods_of, selects, sequence

LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
LABEL_1035 = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
LABEL_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
KEY_NAME = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
DATA_KEY = re.compile(r"[-._a-zA-Z0-9]+")
ENV_NAME = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")
PORT_NAME = re.compile(r"(?!.*--)(?=.*[a-z])[a-z0-9]([a-z0-9-]*[a-z0-9])?")

CLUSTER_WIDE = {
    "ClusterExternalSecret",
    "ClusterRole",
    "ClusterRoleBinding",
    "ClusterSecretStore",
    "ClusterTriggerAuthentication",
    "CustomResourceDefinition",
    "IngressClass",
    "Namespace",
    "PersistentVolume",
    "PriorityClass",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
}
MEBIBYTE = 2**20


def judge(environments: list[Environment], _home: pathlib.Path) -> list[Finding]:
    return [
        Finding(environment.folder, "api-rules", str(obj), message)
        for environment in environments
        for obj in environment.objects
        for message in violations(obj)
    ]


def violations(obj: Object) -> typing.Iterator[str]:
    yield from names(obj)
    pods = pods_of(obj)
    if pods is not None:
        yield from pod_rules(pods)
    rule = {
        "ConfigMap": config_map,
        "CronJob": cron_job,
        "HorizontalPodAutoscaler": autoscaler,
        "Job": job,
        "LimitRange": limit_range,
        "NetworkPolicy": network_policy,
        "PodDisruptionBudget": disruption_budget,
        "PriorityClass": priority_class,
        "ResourceQuota": resource_quota,
        "ScaledObject": scaled_object,
        "Secret": config_map,
        "Service": service,
    }.get(obj.kind)
    if rule is not None:
        yield from rule(obj)
    if obj.kind in WORKLOADS:
        yield from workload(obj)


def names(obj: Object) -> typing.Iterator[str]:
    limit, form = {
        "Namespace": (63, LABEL),
        "Service": (63, LABEL_1035),
        "CronJob": (52, SUBDOMAIN),
        "Job": (63, SUBDOMAIN),
        "StatefulSet": (52, LABEL),
        "Deployment": (63, SUBDOMAIN),
        "Rollout": (63, SUBDOMAIN),
        "ScaledObject": (54, SUBDOMAIN),  # its HorizontalPodAutoscaler is called keda-hpa-NAME
    }.get(obj.kind, (253, SUBDOMAIN))
    if len(obj.name) > limit or not form.fullmatch(obj.name):
        yield f"the name {obj.name!r} is not valid for its kind (at most {limit} characters)"
    if obj.kind in CLUSTER_WIDE:
        if obj.namespace:
            yield "has a namespace, but its kind is cluster-wide"
    elif not LABEL.fullmatch(obj.namespace):
        yield "has no (valid) namespace"
    pods = pods_of(obj)
    for where, metadata in [("metadata", obj.metadata)] + ([("pod template", pods.metadata)] if pods else []):
        for key, value in mapping(metadata.get("labels")).items():
            yield from label(where, key, value)
        annotations = mapping(metadata.get("annotations"))
        for key, value in annotations.items():
            if not qualified(str(key).lower()):
                yield f"{where}: the annotation key {key!r} is not valid"
            if not isinstance(value, str):
                yield f"{where}: the annotation {key} is not a string"
        if sum(len(str(k).encode()) + len(str(v).encode()) for k, v in annotations.items()) > 262144:
            yield f"{where}: the annotations are larger than 262144 bytes"


def label(where: str, key: object, value: object) -> typing.Iterator[str]:
    if not qualified(str(key)):
        yield f"{where}: the label key {key!r} is not valid"
    if not isinstance(value, str) or len(value) > 63 or not LABEL_VALUE.fullmatch(value):
        yield f"{where}: the value of the label {key} is not valid: {value!r}"


def qualified(key: str) -> bool:
    prefix, slash, name = key.rpartition("/")
    if slash and (len(prefix) > 253 or not SUBDOMAIN.fullmatch(prefix)):
        return False
    return len(name) <= 63 and KEY_NAME.fullmatch(name) is not None


def pod_rules(pods: Pods) -> typing.Iterator[str]:
    spec = pods.spec
    seen: set[str] = set()
    for container in pods.containers():
        name = str(container.get("name", ""))
        if len(name) > 63 or not LABEL.fullmatch(name):
            yield f"the container name {name!r} is not valid"
        if name in seen:
            yield f"two containers are called {name}"
        seen.add(name)
        yield from container_rules(name, container)
    volumes = [str(mapping(v).get("name", "")) for v in sequence(spec.get("volumes"))]
    for volume in volumes:
        if len(volume) > 63 or not LABEL.fullmatch(volume):
            yield f"the volume name {volume!r} is not valid"
        if volumes.count(volume) > 1:
            yield f"two volumes are called {volume}"
    for volume in sequence(spec.get("volumes")):
        volume = mapping(volume)
        if len(volume.keys() - {"name"}) != 1:
            yield f"the volume {volume.get('name')} needs exactly one source"
        size = mapping(volume.get("emptyDir")).get("sizeLimit")
        if size is not None and quantity.parse(size) is None:
            yield f"the volume {volume.get('name')} has a size limit that is no quantity: {size!r}"
    main_ports = [(p.get("containerPort"), p.get("protocol", "TCP")) for p in map(mapping, pods.ports())]
    for port in set(main_ports):
        if main_ports.count(port) > 1:
            yield f"two container ports are {port[0]}/{port[1]}"
    grace = spec.get("terminationGracePeriodSeconds")
    for container in pods.containers(init=False):
        sleep = mapping(mapping(mapping(container.get("lifecycle")).get("preStop")).get("sleep")).get("seconds")
        if isinstance(sleep, int) and sleep >= integer(grace, 30):
            yield f"preStop sleeps {sleep} s, which is not below terminationGracePeriodSeconds"


def container_rules(name: str, container: dict) -> typing.Iterator[str]:
    if not container.get("image"):
        yield f"container {name} has no image"
    port_names = []
    for port in map(mapping, sequence(container.get("ports"))):
        number = port.get("containerPort")
        if not isinstance(number, int) or not 1 <= number <= 65535:
            yield f"container {name}: the port {number!r} is out of range"
        if "name" in port:
            port_names.append(port["name"])
            if len(str(port["name"])) > 15 or not PORT_NAME.fullmatch(str(port["name"])):
                yield f"container {name}: the port name {port['name']!r} is not valid (at most 15 characters)"
    if len(port_names) != len(set(port_names)):
        yield f"container {name}: two ports have one name"
    variables = [str(mapping(v).get("name", "")) for v in sequence(container.get("env"))]
    for variable in variables:
        if not ENV_NAME.fullmatch(variable):
            yield f"container {name}: the variable name {variable!r} is not valid"
        if variables.count(variable) > 1:
            yield f"container {name}: the variable {variable} is set twice"
    for variable in map(mapping, sequence(container.get("env"))):
        if variable.get("value") and "valueFrom" in variable:
            yield f"container {name}: the variable {variable.get('name')} has a value and a source"
    paths = [mapping(m).get("mountPath") for m in sequence(container.get("volumeMounts"))]
    if len(paths) != len(set(paths)):
        yield f"container {name}: two volumes are mounted at one path"
    resources = mapping(container.get("resources"))
    requests, limits = mapping(resources.get("requests")), mapping(resources.get("limits"))
    for which, amounts in (("request", requests), ("limit", limits)):
        for resource, amount in amounts.items():
            number = quantity.parse(amount)
            if number is None or number < 0:
                yield f"container {name}: the {which} of {resource} is no quantity: {amount!r}"
            elif resource == "cpu" and number * 1000 % 1:
                yield f"container {name}: the {which} of cpu is finer than 1m: {amount!r}"
            elif resource == "memory" and 0 < number < MEBIBYTE:
                yield f"container {name}: the {which} of memory is below 1Mi: {amount!r}"
    for resource in requests.keys() & limits.keys():
        request, limit = quantity.parse(requests[resource]), quantity.parse(limits[resource])
        if request is not None and limit is not None and request > limit:
            yield f"container {name}: requests {requests[resource]} of {resource}, above its limit {limits[resource]}"
    for kind in ("liveness", "readiness", "startup"):
        probe = container.get(f"{kind}Probe")
        if probe is None:
            continue
        yield from probe_rules(f"container {name}: {kind}Probe", kind, mapping(probe))


def probe_rules(where: str, kind: str, probe: dict) -> typing.Iterator[str]:
    handlers = [h for h in ("exec", "grpc", "httpGet", "tcpSocket") if h in probe]
    if len(handlers) != 1:
        yield f"{where} needs exactly one handler, has {handlers}"
    if kind != "readiness" and probe.get("successThreshold", 1) != 1:
        yield f"{where}: successThreshold must be 1"
    path = mapping(probe.get("httpGet")).get("path")
    if path is not None and not str(path).startswith("/"):
        yield f"{where}: the path {path!r} does not start with /"
    for field, least in (("periodSeconds", 1), ("timeoutSeconds", 1), ("failureThreshold", 1), ("initialDelaySeconds", 0)):
        value = probe.get(field)
        if value is not None and (not isinstance(value, int) or value < least):
            yield f"{where}: {field} is {value!r}"


def workload(obj: Object) -> typing.Iterator[str]:
    pods = pods_of(obj)
    assert pods is not None
    selector = mapping(obj.spec.get("selector"))
    if not selector.get("matchLabels") and not selector.get("matchExpressions"):
        yield "has an empty selector"
    elif not selects(selector, pods.labels):
        yield "its selector does not choose its own pods"
    if pods.spec.get("restartPolicy", "Always") != "Always":
        yield f"restartPolicy must be Always, is {pods.spec.get('restartPolicy')}"
    if "activeDeadlineSeconds" in pods.spec:
        yield "activeDeadlineSeconds is forbidden in its pods"
    if obj.kind == "Deployment":
        strategy = mapping(obj.spec.get("strategy"))
        rolling = mapping(strategy.get("rollingUpdate"))
        if strategy.get("type") == "Recreate" and rolling:
            yield "rollingUpdate is forbidden with Recreate"
        if none(rolling.get("maxSurge", 1)) and none(rolling.get("maxUnavailable", 1)):
            yield "maxSurge and maxUnavailable are both 0"
        if integer(obj.spec.get("progressDeadlineSeconds"), 600) <= integer(obj.spec.get("minReadySeconds"), 0):
            yield "progressDeadlineSeconds is not above minReadySeconds"
    if obj.kind == "Rollout":
        strategy = mapping(obj.spec.get("strategy"))
        if len(strategy.keys() & {"canary", "blueGreen"}) != 1:
            yield "needs exactly one strategy, canary or blueGreen"
        weights = [mapping(s)["setWeight"] for s in sequence(mapping(strategy.get("canary")).get("steps")) if "setWeight" in mapping(s)]
        if any(not isinstance(w, int) or not 0 <= w <= 100 for w in weights) or weights != sorted(weights):
            yield f"the weights of its steps do not rise from 0 to 100: {weights}"
        for step in sequence(mapping(strategy.get("canary")).get("steps")):
            if len(mapping(step)) != 1:
                yield f"a step needs exactly one action, has {sorted(mapping(step))}"


def integer(value: object, default: int) -> int:
    return value if isinstance(value, int) else default


def none(value: object) -> bool:
    return value in (0, "0", "0%")


def job(obj: Object) -> typing.Iterator[str]:
    yield from job_spec(obj.spec)


def cron_job(obj: Object) -> typing.Iterator[str]:
    yield from job_spec(mapping(mapping(obj.spec.get("jobTemplate")).get("spec")))
    schedule = str(obj.spec.get("schedule", ""))
    if not cron(schedule):
        yield f"the schedule {schedule!r} is not valid"


def job_spec(spec: dict) -> typing.Iterator[str]:
    policy = mapping(mapping(spec.get("template")).get("spec")).get("restartPolicy")
    if policy not in ("Never", "OnFailure"):
        yield f"restartPolicy must be Never or OnFailure, is {policy}"
    if spec.get("selector") is not None and not spec.get("manualSelector"):
        yield "the selector of a Job is not to be set"


def cron(schedule: str) -> bool:
    if re.fullmatch(r"@(yearly|annually|monthly|weekly|daily|midnight|hourly)", schedule):
        return True
    if "TZ" in schedule:
        return False
    fields = schedule.split()
    bounds = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
    months = "jan feb mar apr may jun jul aug sep oct nov dec".split()
    days = "sun mon tue wed thu fri sat".split()
    if len(fields) != 5:
        return False
    for index, (field, (low, high)) in enumerate(zip(fields, bounds)):
        for part in field.lower().split(","):
            match = re.fullmatch(r"(\*|\?|[0-9a-z]+(?:-[0-9a-z]+)?)(?:/([0-9]+))?", part)
            if match is None or match[2] == "0":
                return False
            if match[1] in "*?":
                continue
            numbers = []
            for word in match[1].split("-"):
                if index == 3 and word in months:
                    word = str(months.index(word) + 1)
                if index == 4 and word in days:
                    word = str(days.index(word))
                if not word.isdigit() or not low <= int(word) <= high:
                    return False
                numbers.append(int(word))
            if numbers != sorted(numbers):
                return False
    return True


def service(obj: Object) -> typing.Iterator[str]:
    ports = [mapping(p) for p in sequence(obj.spec.get("ports"))]
    if not ports and obj.spec.get("type") != "ExternalName" and obj.spec.get("clusterIP") != "None":
        yield "has no port"
    names_of = [p.get("name") for p in ports]
    if len(ports) > 1 and (None in names_of or len(set(names_of)) != len(names_of)):
        yield "with several ports, each needs a name of its own"
    for port in ports:
        if not isinstance(port.get("port"), int) or not 1 <= port["port"] <= 65535:
            yield f"the port {port.get('port')!r} is out of range"
        if "name" in port and (len(str(port["name"])) > 63 or not LABEL.fullmatch(str(port["name"]))):
            yield f"the port name {port['name']!r} is not valid"
    pairs = [(p.get("port"), p.get("protocol", "TCP")) for p in ports]
    if len(set(pairs)) != len(pairs):
        yield "two ports have one number"


def config_map(obj: Object) -> typing.Iterator[str]:
    size = 0
    for field in ("data", "binaryData", "stringData"):
        for key, value in mapping(obj.doc.get(field)).items():
            size += len(str(key).encode()) + len(str(value).encode())
            if len(str(key)) > 253 or not DATA_KEY.fullmatch(str(key)) or str(key) in (".", ".."):
                yield f"the key {key!r} is not valid"
    if size > 1048576:
        yield f"is {size} bytes, above 1048576"


def autoscaler(obj: Object) -> typing.Iterator[str]:
    yield from bounds(obj.spec.get("minReplicas", 1), obj.spec.get("maxReplicas"), 1)
    for metric in map(mapping, sequence(obj.spec.get("metrics"))):
        source = {"Resource": "resource", "ContainerResource": "containerResource", "Pods": "pods", "Object": "object", "External": "external"}
        if metric.keys() - {"type"} != {source.get(str(metric.get("type")))}:
            yield f"a metric of type {metric.get('type')} has {sorted(metric.keys() - {'type'})}"


def scaled_object(obj: Object) -> typing.Iterator[str]:
    yield from bounds(obj.spec.get("minReplicaCount", 0), obj.spec.get("maxReplicaCount", 100), 0)
    if integer(obj.spec.get("idleReplicaCount"), -1) >= integer(obj.spec.get("minReplicaCount"), 0):
        yield "idleReplicaCount is not below minReplicaCount"


def bounds(least: object, most: object, floor: int) -> typing.Iterator[str]:
    if not isinstance(least, int) or not isinstance(most, int) or not floor <= least <= most or most < 1:
        yield f"the replica bounds {least} to {most} are not valid"


def disruption_budget(obj: Object) -> typing.Iterator[str]:
    if len(obj.spec.keys() & {"minAvailable", "maxUnavailable"}) != 1:
        yield "needs exactly one of minAvailable and maxUnavailable"


def priority_class(obj: Object) -> typing.Iterator[str]:
    value = obj.doc.get("value")
    if not isinstance(value, int) or abs(value) > 1_000_000_000:
        yield f"the value {value!r} is above what users may take"
    if obj.name.startswith("system-"):
        yield "names with system- are reserved"


def resource_quota(obj: Object) -> typing.Iterator[str]:
    for resource, amount in mapping(obj.spec.get("hard")).items():
        if quantity.parse(amount) is None:
            yield f"{resource} is no quantity: {amount!r}"


def limit_range(obj: Object) -> typing.Iterator[str]:
    for limit in map(mapping, sequence(obj.spec.get("limits"))):
        for field, amounts in limit.items():
            for resource, amount in mapping(amounts).items():
                if quantity.parse(amount) is None:
                    yield f"{field} of {resource} is no quantity: {amount!r}"
        order = ["min", "defaultRequest", "default", "max"]
        for index, low in enumerate(order):
            for high in order[index + 1 :]:
                for resource in mapping(limit.get(low)).keys() & mapping(limit.get(high)).keys():
                    a, b = quantity.parse(limit[low][resource]), quantity.parse(limit[high][resource])
                    if a is not None and b is not None and a > b:
                        yield f"{low} of {resource} is above {high}"


def network_policy(obj: Object) -> typing.Iterator[str]:
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for rule in map(mapping, sequence(obj.spec.get(direction))):
            for port in map(mapping, sequence(rule.get("ports"))):
                number, end = port.get("port"), port.get("endPort")
                if isinstance(number, int) and not 1 <= number <= 65535:
                    yield f"the port {number} is out of range"
                if isinstance(number, str) and not PORT_NAME.fullmatch(number):
                    yield f"the port name {number!r} is not valid"
                if end is not None and (not isinstance(number, int) or end < number):
                    yield f"endPort {end} needs a port number below it"
            for peer in map(mapping, sequence(rule.get(peers))):
                if not peer or ("ipBlock" in peer and len(peer) > 1):
                    yield f"a peer is an ipBlock or selectors, not {sorted(peer)}"
                block = mapping(peer.get("ipBlock"))
                if block:
                    yield from ip_block(block)


def ip_block(block: dict) -> typing.Iterator[str]:
    try:
        network = ipaddress.ip_network(str(block.get("cidr")))
    except ValueError as error:
        yield str(error)
        return
    for text in sequence(block.get("except")):
        try:
            inner = ipaddress.ip_network(str(text))
        except ValueError as error:
            yield str(error)
            continue
        if inner.version != network.version or inner == network or not inner.subnet_of(network):
            yield f"{inner} is no part of {network}"
