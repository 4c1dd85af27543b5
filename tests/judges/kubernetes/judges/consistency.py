"""Judge `consistency`: what one object names in another exists there, and the two agree.

`kubectl apply` accepts all that is found here; the cluster would then do nothing, or the wrong thing, in silence.
"""

from __future__ import annotations

import collections
import pathlib
import typing

from .api_rules import CLUSTER_WIDE
from .model import WORKLOADS, Environment, Finding, Object, Pods, mapping, pods_of, selects, sequence

SCALABLE = ("Deployment", "StatefulSet", "Rollout")
CHECKS: list[typing.Callable[[Environment], typing.Iterator[tuple[object, str]]]] = []


def check(function: typing.Callable) -> typing.Callable:
    CHECKS.append(function)
    return function


def judge(environments: list[Environment], _home: pathlib.Path) -> list[Finding]:
    return [
        Finding(environment.folder, "consistency", str(where), message)
        for environment in environments
        for one in CHECKS
        for where, message in one(environment)
    ]


@check
def unique(env: Environment) -> typing.Iterator[tuple[object, str]]:
    for key, count in collections.Counter(o.key for o in env.objects).items():
        if count > 1:
            yield f"{key[1]} {key[2]}/{key[3]}", f"stands {count} times"


@check
def namespaces(env: Environment) -> typing.Iterator[tuple[object, str]]:
    known = {o.name for o in env.of("Namespace", context=True)}
    for obj in env.objects:
        if obj.kind not in CLUSTER_WIDE and obj.namespace not in known:
            yield obj, f"the namespace {obj.namespace!r} is not among the manifests"


@check
def services(env: Environment) -> typing.Iterator[tuple[object, str]]:
    for service in env.of("Service"):
        if service.spec.get("type") == "ExternalName":
            continue
        targets = behind(env, service)
        if not targets:
            yield service, "selects no pods"
        for port in map(mapping, sequence(service.spec.get("ports"))):
            wanted = port.get("targetPort", port.get("port"))
            for pods in targets:
                if wanted not in numbers_and_names(pods, port.get("protocol", "TCP")):
                    yield service, f"its target port {wanted} is no port of the containers of {pods.owner}"


@check
def monitors(env: Environment) -> typing.Iterator[tuple[object, str]]:
    for monitor in env.of("ServiceMonitor"):
        chosen = [s for s in env.of("Service") if seen_by(monitor, s) and selects(monitor.spec.get("selector"), mapping(s.metadata.get("labels")))]
        if not chosen:
            yield monitor, "selects no Service"
        for endpoint in map(mapping, sequence(monitor.spec.get("endpoints"))):
            for service in chosen:
                if endpoint.get("port") not in [mapping(p).get("name") for p in sequence(service.spec.get("ports"))]:
                    yield monitor, f"the port {endpoint.get('port')!r} is no named port of {service}"
    for monitor in env.of("PodMonitor"):
        pods = [p for p in env.pods() if seen_by(monitor, p.owner) and selects(monitor.spec.get("selector"), p.labels)]
        if not pods:
            yield monitor, "selects no pods"
        for endpoint in map(mapping, sequence(monitor.spec.get("podMetricsEndpoints"))):
            for p in pods:
                if endpoint.get("port", endpoint.get("portNumber")) not in numbers_and_names(p, "TCP"):
                    yield monitor, f"the port {endpoint.get('port')!r} is no port of the containers of {p.owner}"


def seen_by(monitor: Object, other: Object) -> bool:
    chosen = mapping(monitor.spec.get("namespaceSelector"))
    return bool(chosen.get("any")) or other.namespace in (chosen.get("matchNames") or [monitor.namespace])


@check
def autoscalers(env: Environment) -> typing.Iterator[tuple[object, str]]:
    scaled: dict[tuple, Object] = {}
    for scaler in env.of("HorizontalPodAutoscaler", "ScaledObject"):
        target = target_of(env, scaler)
        if target is None:
            yield scaler, f"its target {mapping(scaler.spec.get('scaleTargetRef'))} does not exist"
            continue
        if target.key in scaled:
            yield scaler, f"scales {target}, as {scaled[target.key]} does"
        scaled[target.key] = scaler
        if "replicas" in target.spec:
            yield target, f"sets replicas, which {scaler} scales"
        container = [c.get("name") for c in pods_in(target).containers(init=False)]
        for metric in map(mapping, sequence(scaler.spec.get("metrics"))):
            source = mapping(metric.get("containerResource"))
            if source and source.get("container") not in container:
                yield scaler, f"measures the container {source.get('container')!r}, which {target} does not have"
            resource = mapping(metric.get("resource")) or source
            for c in pods_in(target).containers(init=False):
                if resource and mapping(resource.get("target")).get("type") == "Utilization":
                    if resource.get("name") not in mapping(mapping(c.get("resources")).get("requests")):
                        yield scaler, f"measures utilization of {resource.get('name')}, of which {c.get('name')} requests nothing"
    for target in env.of(*SCALABLE):
        if target.key not in scaled and "replicas" not in target.spec:
            yield target, "has neither replicas nor an autoscaler"
    for scaler in env.of("ScaledObject"):
        for trigger in map(mapping, sequence(scaler.spec.get("triggers"))):
            reference = mapping(trigger.get("authenticationRef"))
            kind = reference.get("kind", "TriggerAuthentication")
            namespace = "" if kind == "ClusterTriggerAuthentication" else scaler.namespace
            if reference and env.get(kind, namespace, str(reference.get("name"))) is None:
                yield scaler, f"the {kind} {reference.get('name')} does not exist"


@check
def disruption_budgets(env: Environment) -> typing.Iterator[tuple[object, str]]:
    scalers = {t.key: s for s in env.of("HorizontalPodAutoscaler", "ScaledObject") if (t := target_of(env, s)) is not None}
    owners: dict[tuple, Object] = {}
    for budget in env.of("PodDisruptionBudget"):
        chosen = [p for p in chosen_by(env, budget) if p.owner.kind in WORKLOADS]
        if not chosen:
            yield budget, "selects no pods"
        for pods in chosen:
            if pods.owner.key in owners:
                yield budget, f"selects the pods of {pods.owner}, as {owners[pods.owner.key]} does"
            owners[pods.owner.key] = budget
            scaler = scalers.get(pods.owner.key)
            least = pods.owner.spec.get("replicas", 1)
            if scaler is not None:
                least = scaler.spec.get("minReplicas", scaler.spec.get("minReplicaCount", 1))
            if isinstance(least, int) and least > 0 and not permits(budget.spec, least):
                yield budget, f"permits no disruption of {pods.owner} at its least {least} replicas"


def permits(budget: dict, replicas: int) -> bool:
    """Whether one pod may go. Percentages are rounded up, as the controller does."""
    if "maxUnavailable" in budget:
        return share(budget["maxUnavailable"], replicas) >= 1
    return share(budget.get("minAvailable", 0), replicas) < replicas


def share(amount: object, replicas: int) -> int:
    text = str(amount)
    if text.endswith("%") and text[:-1].isdigit():
        return -(-int(text[:-1]) * replicas // 100)
    return int(text) if text.isdigit() else 0


@check
def pods_refer(env: Environment) -> typing.Iterator[tuple[object, str]]:
    for pods in env.pods():
        for message in pod_references(env, pods):
            yield pods.owner, message


def pod_references(env: Environment, pods: Pods) -> typing.Iterator[str]:
    spec, namespace = pods.spec, pods.namespace
    account = spec.get("serviceAccountName")
    if account not in (None, "default") and env.get("ServiceAccount", namespace, account) is None:
        yield f"the ServiceAccount {account} does not exist"
    priority = spec.get("priorityClassName")
    if priority and not priority.startswith("system-") and env.get("PriorityClass", "", priority) is None:
        yield f"the PriorityClass {priority} does not exist"
    for pull in map(mapping, sequence(spec.get("imagePullSecrets"))):
        yield from refer(env, namespace, "Secret", pull.get("name"), pull)

    volumes = {str(mapping(v).get("name")): mapping(v) for v in sequence(spec.get("volumes"))}
    claims = {mapping(mapping(c).get("metadata")).get("name") for c in sequence(pods.owner.spec.get("volumeClaimTemplates"))}
    for volume in volumes.values():
        yield from volume_references(env, namespace, volume)
    mounted = set()
    for container in pods.containers():
        name = container.get("name")
        for mount in map(mapping, sequence(container.get("volumeMounts"))):
            mounted.add(mount.get("name"))
            if mount.get("name") not in volumes.keys() | claims:
                yield f"container {name} mounts the volume {mount.get('name')}, which does not exist"
        for variable in map(mapping, sequence(container.get("env"))):
            source = mapping(variable.get("valueFrom"))
            for field, kind in (("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap")):
                if field in source:
                    reference = mapping(source[field])
                    yield from refer(env, namespace, kind, reference.get("name"), reference, reference.get("key"))
        for source in map(mapping, sequence(container.get("envFrom"))):
            for field, kind in (("secretRef", "Secret"), ("configMapRef", "ConfigMap")):
                if field in source:
                    yield from refer(env, namespace, kind, mapping(source[field]).get("name"), mapping(source[field]))
        yield from handler_ports(container)
    for unused in sorted((volumes.keys() | claims) - mounted):
        yield f"no container mounts the volume {unused}"
    for constraint in map(mapping, sequence(spec.get("topologySpreadConstraints"))):
        if not selects(constraint.get("labelSelector"), pods.labels):
            yield f"its spread over {constraint.get('topologyKey')} does not count its own pods"


def volume_references(env: Environment, namespace: str, volume: dict) -> typing.Iterator[str]:
    sources = [volume, *map(mapping, sequence(mapping(volume.get("projected")).get("sources")))]
    for source in sources:
        for field, kind, name in (("secret", "Secret", "secretName"), ("configMap", "ConfigMap", "name")):
            if field not in source:
                continue
            reference = mapping(source[field])
            target = reference.get(name, reference.get("name"))
            yield from refer(env, namespace, kind, target, reference)
            for item in map(mapping, sequence(reference.get("items"))):
                yield from refer(env, namespace, kind, target, reference, item.get("key"))
    claim = mapping(volume.get("persistentVolumeClaim")).get("claimName")
    if claim is not None and env.get("PersistentVolumeClaim", namespace, claim) is None:
        yield f"the PersistentVolumeClaim {claim} does not exist"


def refer(env: Environment, namespace: str, kind: str, name: object, reference: dict, key: object = None) -> typing.Iterator[str]:
    keys = provided(env, kind, namespace, str(name))
    if reference.get("optional"):
        return
    if keys is None:
        yield f"the {kind} {name} does not exist"
    elif key is not None and "*" not in keys and key not in keys:
        yield f"the {kind} {name} has no key {key}"


def provided(env: Environment, kind: str, namespace: str, name: str) -> set[str] | None:
    """The keys of a ConfigMap or Secret, `*` for unknown ones; None where nothing makes it."""
    obj = env.get(kind, namespace, name)
    if obj is not None:
        return {k for field in ("data", "stringData", "binaryData") for k in mapping(obj.doc.get(field))}
    if kind == "Secret":
        for external in env.of("ExternalSecret"):
            target = mapping(external.spec.get("target"))
            if external.namespace == namespace and target.get("name", external.name) == name:
                template = mapping(target.get("template"))
                if external.spec.get("dataFrom") or template.get("templateFrom"):
                    return {"*"}
                data = {str(mapping(d).get("secretKey")) for d in sequence(external.spec.get("data"))}
                written = {str(k) for k in mapping(template.get("data"))}
                return written | data if template.get("mergePolicy") == "Merge" or not written else written
    return None


def handler_ports(container: dict) -> typing.Iterator[str]:
    known = {mapping(p).get("name") for p in sequence(container.get("ports"))}
    lifecycle = mapping(container.get("lifecycle"))
    handlers = {f"{kind}Probe": mapping(container.get(f"{kind}Probe")) for kind in ("liveness", "readiness", "startup")}
    handlers |= {hook: mapping(lifecycle.get(hook)) for hook in ("postStart", "preStop")}
    for which, handler in handlers.items():
        for how in ("httpGet", "tcpSocket", "grpc"):
            port = mapping(handler.get(how)).get("port")
            if isinstance(port, str) and port not in known:  # a number need not be declared
                yield f"container {container.get('name')}: {which} asks the port {port}, which it does not have"


@check
def external_secrets(env: Environment) -> typing.Iterator[tuple[object, str]]:
    made: dict[tuple[str, str], Object] = {}
    for external in env.of("ExternalSecret"):
        reference = mapping(external.spec.get("secretStoreRef"))
        kind = str(reference.get("kind", "SecretStore"))
        namespace = "" if kind == "ClusterSecretStore" else external.namespace
        if env.get(kind, namespace, str(reference.get("name"))) is None:
            yield external, f"the {kind} {reference.get('name')} does not exist"
        target = (external.namespace, str(mapping(external.spec.get("target")).get("name", external.name)))
        if target in made:
            yield external, f"makes the Secret {target[1]}, as {made[target]} does"
        made[target] = external
    for store in env.of("SecretStore", "ClusterSecretStore", "TriggerAuthentication"):
        for reference in service_accounts(store.doc):
            namespace = str(reference.get("namespace", store.namespace))
            if env.get("ServiceAccount", namespace, str(reference.get("name"))) is None and store.kind != "ClusterSecretStore":
                yield store, f"the ServiceAccount {reference.get('name')} does not exist"


def service_accounts(value: object) -> typing.Iterator[dict]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "serviceAccountRef" and isinstance(inner, dict):
                yield inner
            else:
                yield from service_accounts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from service_accounts(inner)


@check
def ingresses(env: Environment) -> typing.Iterator[tuple[object, str]]:
    taken: dict[tuple, Object] = {}
    for ingress in env.of("Ingress"):
        annotations = mapping(ingress.metadata.get("annotations"))
        backends = [mapping(ingress.spec.get("defaultBackend"))] if "defaultBackend" in ingress.spec else []
        for rule in map(mapping, sequence(ingress.spec.get("rules"))):
            for path in map(mapping, sequence(mapping(rule.get("http")).get("paths"))):
                backends.append(mapping(path.get("backend")))
                route = (ingress.spec.get("ingressClassName"), rule.get("host"), path.get("path"), path.get("pathType"))
                if route in taken:
                    yield ingress, f"routes {rule.get('host')}{path.get('path')}, as {taken[route]} does"
                taken[route] = ingress
        for backend in map(mapping, (b.get("service") for b in backends)):
            name, port = str(backend.get("name")), mapping(backend.get("port"))
            service = env.get("Service", ingress.namespace, name)
            if port.get("name") == "use-annotation":  # the load-balancer controller's own action
                if f"alb.ingress.kubernetes.io/actions.{name}" not in annotations and not rolled_out(env, ingress, name):
                    yield ingress, f"the action {name} is neither an annotation nor kept by a Rollout"
            elif service is None:
                yield ingress, f"the Service {name} does not exist"
            elif not has_port(service, port):
                yield ingress, f"{service} has no port {port}"
        hosts = {mapping(r).get("host") for r in sequence(ingress.spec.get("rules"))} - {None}
        for tls in map(mapping, sequence(ingress.spec.get("tls"))):
            secret = tls.get("secretName")
            if secret and provided(env, "Secret", ingress.namespace, str(secret)) is None:
                yield ingress, f"the Secret {secret} does not exist"
            for host in sequence(tls.get("hosts")):
                if host not in hosts:
                    yield ingress, f"terminates TLS for {host}, for which it has no rule"


def has_port(service: Object, port: dict) -> bool:
    ports = [mapping(p) for p in sequence(service.spec.get("ports"))]
    return any(port.get("name", p.get("name")) == p.get("name") and port.get("number", p.get("port")) == p.get("port") for p in ports)


def rolled_out(env: Environment, ingress: Object, name: str) -> bool:
    """Argo Rollouts writes the action of the root (or stable) service into the ingress that a Rollout names."""
    for rollout in env.of("Rollout"):
        canary = mapping(mapping(rollout.spec.get("strategy")).get("canary"))
        alb = mapping(mapping(canary.get("trafficRouting")).get("alb"))
        named = [alb.get("ingress"), *sequence(alb.get("ingresses"))]
        if rollout.namespace == ingress.namespace and ingress.name in named and alb.get("rootService", canary.get("stableService")) == name:
            return True
    return False


@check
def rollouts(env: Environment) -> typing.Iterator[tuple[object, str]]:
    for rollout in env.of("Rollout"):
        strategy = mapping(rollout.spec.get("strategy"))
        canary, blue_green = mapping(strategy.get("canary")), mapping(strategy.get("blueGreen"))
        alb = mapping(mapping(canary.get("trafficRouting")).get("alb"))
        named = [canary.get("stableService"), canary.get("canaryService"), blue_green.get("activeService"), blue_green.get("previewService")]
        for name in [*named, alb.get("rootService")]:
            service = env.get("Service", rollout.namespace, str(name))
            if name is not None and service is None:
                yield rollout, f"the Service {name} does not exist"
            elif service is not None and pods_in(rollout) not in behind(env, service):
                yield rollout, f"{service} does not select its pods"
        if len([n for n in named if n]) != len({n for n in named if n}):
            yield rollout, "its two services are one"
        for name in [alb.get("ingress"), *sequence(alb.get("ingresses"))]:
            if name is not None and env.get("Ingress", rollout.namespace, str(name)) is None:
                yield rollout, f"the Ingress {name} does not exist"
        if alb:
            root = env.get("Service", rollout.namespace, str(alb.get("rootService", canary.get("stableService"))))
            if root is not None and not has_port(root, {"number": alb.get("servicePort")}):
                yield rollout, f"{root} has no port {alb.get('servicePort')}"
        analyses = [mapping(canary.get("analysis")), mapping(blue_green.get("prePromotionAnalysis")), mapping(blue_green.get("postPromotionAnalysis"))]
        analyses += [mapping(mapping(s).get("analysis")) for s in sequence(canary.get("steps"))]
        for analysis in analyses:
            given = {mapping(a).get("name") for a in sequence(analysis.get("args"))}
            for reference in map(mapping, sequence(analysis.get("templates"))):
                wide = bool(reference.get("clusterScope"))
                kind, namespace = ("ClusterAnalysisTemplate", "") if wide else ("AnalysisTemplate", rollout.namespace)
                template = env.get(kind, namespace, str(reference.get("templateName")))
                if template is None:
                    yield rollout, f"the {kind} {reference.get('templateName')} does not exist"
                    continue
                for argument in map(mapping, sequence(template.spec.get("args"))):
                    if not argument.keys() & {"value", "valueFrom"} and argument.get("name") not in given:
                        yield rollout, f"does not give the argument {argument.get('name')} of {template}"


@check
def stateful_sets(env: Environment) -> typing.Iterator[tuple[object, str]]:
    for stateful in env.of("StatefulSet"):
        service = env.get("Service", stateful.namespace, str(stateful.spec.get("serviceName")))
        if service is None:
            yield stateful, f"the Service {stateful.spec.get('serviceName')} does not exist"
        elif service.spec.get("clusterIP") != "None":
            yield stateful, f"{service} is not headless"


@check
def roles(env: Environment) -> typing.Iterator[tuple[object, str]]:
    for binding in env.of("RoleBinding", "ClusterRoleBinding"):
        reference = mapping(binding.doc.get("roleRef"))
        kind = str(reference.get("kind"))
        namespace = "" if kind == "ClusterRole" else binding.namespace
        builtin = kind == "ClusterRole" and reference.get("name") in ("admin", "cluster-admin", "edit", "view")
        if not builtin and env.get(kind, namespace, str(reference.get("name"))) is None:
            yield binding, f"the {kind} {reference.get('name')} does not exist"
        for subject in map(mapping, sequence(binding.doc.get("subjects"))):
            if subject.get("kind") == "ServiceAccount":
                if env.get("ServiceAccount", str(subject.get("namespace", binding.namespace)), str(subject.get("name"))) is None:
                    yield binding, f"the ServiceAccount {subject.get('name')} does not exist"


@check
def used(env: Environment) -> typing.Iterator[tuple[object, str]]:
    """What nobody uses is a rest of something, or a reference that is missing. Charts use what the platform makes."""
    if "platform" in pathlib.Path(env.folder).resolve().parts:
        return
    accounts = {(p.namespace, p.spec.get("serviceAccountName")) for p in env.pods()}
    accounts |= {
        (str(r.get("namespace", o.namespace)), r.get("name"))
        for o in env.objects + env.context
        if o.kind in ("SecretStore", "ClusterSecretStore", "TriggerAuthentication")
        for r in service_accounts(o.doc)
    }
    for account in env.of("ServiceAccount"):
        if (account.namespace, account.name) not in accounts:
            yield account, "nothing runs as it"
    for config in env.of("ConfigMap"):
        if not any(p.namespace == config.namespace and config.name in strings(p.spec) for p in env.pods()):
            yield config, "no pods use it"


def strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in strings(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in strings(inner)]
    return [value] if isinstance(value, str) else []


def behind(env: Environment, service: Object) -> list[Pods]:
    selector = mapping(service.spec.get("selector"))
    if not selector:
        return []
    return [p for p in env.pods() if p.namespace == service.namespace and selects({"matchLabels": selector}, p.labels)]


def chosen_by(env: Environment, obj: Object) -> list[Pods]:
    return [p for p in env.pods() if p.namespace == obj.namespace and selects(obj.spec.get("selector"), p.labels)]


def numbers_and_names(pods: Pods, protocol: str) -> set:
    ports = [p for p in map(mapping, pods.ports()) if p.get("protocol", "TCP") == protocol]
    return {p.get("containerPort") for p in ports} | {p["name"] for p in ports if "name" in p}


def target_of(env: Environment, scaler: Object) -> Object | None:
    reference = mapping(scaler.spec.get("scaleTargetRef"))
    kind = str(reference.get("kind", "Deployment"))
    target = env.get(kind, scaler.namespace, str(reference.get("name")), context=False)
    if target is None or kind not in SCALABLE or reference.get("apiVersion", target.api_version) != target.api_version:
        return None
    return target


def pods_in(workload: Object) -> Pods:
    pods = pods_of(workload)
    assert pods is not None
    return pods
