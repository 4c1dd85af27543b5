"""What every judge works on: findings, objects, and the pod templates inside objects."""

from __future__ import annotations

import dataclasses
import typing


@dataclasses.dataclass(frozen=True, order=True)
class Finding:
    folder: str
    judge: str
    where: str  # an object or a file of the folder
    message: str


class Unable(Exception):
    """A judge could not be run: neither a finding nor a pass."""


@dataclasses.dataclass
class Object:
    """One Kubernetes object of one environment."""

    doc: dict
    where: str  # the file or kustomization it came from, relative to the environment

    @property
    def kind(self) -> str:
        return str(self.doc.get("kind", ""))

    @property
    def api_version(self) -> str:
        return str(self.doc.get("apiVersion", ""))

    @property
    def group(self) -> str:
        return self.api_version.rpartition("/")[0]

    @property
    def metadata(self) -> dict:
        return mapping(self.doc.get("metadata"))

    @property
    def name(self) -> str:
        return str(self.metadata.get("name", ""))

    @property
    def namespace(self) -> str:
        return str(self.metadata.get("namespace", ""))

    @property
    def spec(self) -> dict:
        return mapping(self.doc.get("spec"))

    @property
    def key(self) -> tuple[str, str, str, str]:
        return (self.group, self.kind, self.namespace, self.name)

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace + '/' if self.namespace else ''}{self.name}"


@dataclasses.dataclass
class Pods:
    """The pod template of a workload."""

    owner: Object
    metadata: dict
    spec: dict

    @property
    def labels(self) -> dict:
        return mapping(self.metadata.get("labels"))

    @property
    def namespace(self) -> str:
        return self.owner.namespace

    def containers(self, init: bool = True) -> list[dict]:
        """Main containers, and the init ones before them where asked."""
        kinds = ["initContainers", "containers"] if init else ["containers"]
        return [c for kind in kinds for c in sequence(self.spec.get(kind)) if isinstance(c, dict)]

    def ports(self) -> list[dict]:
        """Ports of the containers that run beside each other (a restarting init container is a sidecar)."""
        sidecars = [c for c in sequence(self.spec.get("initContainers")) if mapping(c).get("restartPolicy") == "Always"]
        return [p for c in sidecars + self.containers(init=False) for p in sequence(c.get("ports"))]


@dataclasses.dataclass
class Environment:
    folder: str  # as given on the command line
    objects: list[Object]
    context: list[Object]  # objects of the platform that may be referred to
    raw: dict[str, str]  # text of each YAML file, by path relative to the folder

    def of(self, *kinds: str, context: bool = False) -> list[Object]:
        return [o for o in self.objects + (self.context if context else []) if o.kind in kinds]

    def get(self, kind: str, namespace: str, name: str, context: bool = True) -> Object | None:
        return next((o for o in self.of(kind, context=context) if (o.namespace, o.name) == (namespace, name)), None)

    def pods(self) -> list[Pods]:
        return [p for o in self.objects if (p := pods_of(o)) is not None]


WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout")


def pods_of(obj: Object) -> Pods | None:
    if obj.kind in WORKLOADS or obj.kind == "Job":
        template = mapping(obj.spec.get("template"))
    elif obj.kind == "CronJob":
        template = mapping(mapping(mapping(obj.spec.get("jobTemplate")).get("spec")).get("template"))
    elif obj.kind == "PodTemplate":
        template = mapping(obj.doc.get("template"))
    elif obj.kind == "Pod":
        return Pods(obj, obj.metadata, obj.spec)
    else:
        return None
    return Pods(obj, mapping(template.get("metadata")), mapping(template.get("spec")))


def mapping(value: typing.Any) -> dict:
    """The value if it is a mapping: a wrong type is the schema judge's finding, not a crash of the others."""
    return value if isinstance(value, dict) else {}


def sequence(value: typing.Any) -> list:
    return value if isinstance(value, list) else []


def selects(selector: typing.Any, labels: dict) -> bool:
    """Whether a LabelSelector chooses these labels. An empty selector chooses everything."""
    selector = mapping(selector)
    for key, value in mapping(selector.get("matchLabels")).items():
        if labels.get(key) != value:
            return False
    for wanted in sequence(selector.get("matchExpressions")):
        wanted = mapping(wanted)
        key, values = wanted.get("key"), sequence(wanted.get("values"))
        if not {
            "In": key in labels and labels.get(key) in values,
            "NotIn": labels.get(key) not in values,
            "Exists": key in labels,
            "DoesNotExist": key not in labels,
        }.get(str(wanted.get("operator")), False):
            return False
    return True
