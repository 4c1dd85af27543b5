"""Judge `network`: network policies isolate every pod, choose pods that exist, and agree with each other.

Between two workloads of the system a connection needs leave on both sides: egress of one and ingress of the other. Leave on
one side alone is a connection that somebody planned and nobody can make, or a hole that nobody planned.
"""

from __future__ import annotations

import pathlib
import typing

from .model import Environment, Finding, Object, Pods, mapping, selects, sequence

NAMESPACE_NAME = "kubernetes.io/metadata.name"


def judge(environments: list[Environment], _home: pathlib.Path) -> list[Finding]:
    return [
        Finding(environment.folder, "network", str(where), message)
        for environment in environments
        for where, message in [*policies(environment), *connections(environment)]
    ]


def policies(env: Environment) -> typing.Iterator[tuple[object, str]]:
    every = env.pods()
    if not env.of("NetworkPolicy"):
        if every:
            yield "NetworkPolicy", "there is none, so every pod talks to everything"
        return
    for policy in env.of("NetworkPolicy"):
        chosen = [p for p in every if applies(policy, p)]
        if not chosen:
            yield policy, "selects no pods"
        for direction, peers in (("ingress", "from"), ("egress", "to")):
            if direction in policy.spec and direction.capitalize() not in types(policy):
                yield policy, f"has {direction} rules, but not that policy type"
            for rule in map(mapping, sequence(policy.spec.get(direction))):
                for peer in map(mapping, sequence(rule.get(peers))):
                    if inside(env, policy, peer) and not any(matches(env, policy, peer, p) for p in every):
                        yield policy, f"{direction}: the peer {peer} is no pod of the system"
                for port in map(mapping, sequence(rule.get("ports"))):
                    if direction == "ingress":
                        for pods in chosen:
                            if not numbers(pods, port):
                                yield policy, f"ingress: {pods.owner} has no port {port.get('port')}"
    for pods in every:
        for direction in ("Ingress", "Egress"):
            if not isolating(env, direction, pods):
                yield pods.owner, f"no network policy isolates its {direction.lower()}"


def connections(env: Environment) -> typing.Iterator[tuple[object, str]]:
    every = env.pods()
    egress = [isolating(env, "Egress", pods) for pods in every]
    ingress = [isolating(env, "Ingress", pods) for pods in every]
    for client, out in zip(every, egress):
        for server, into in zip(every, ingress):
            for port in map(mapping, server.ports()):
                sent = allowed(env, out, "egress", server, server, port)
                taken = allowed(env, into, "ingress", client, server, port)
                if sent and not taken:
                    yield client.owner, f"may send to {server.owner} on port {port.get('containerPort')}, which does not let it in"
                if taken and not sent:
                    yield server.owner, f"lets {client.owner} in on port {port.get('containerPort')}, which may not send there"


def isolating(env: Environment, direction: str, pods: Pods) -> list[Object]:
    return [p for p in env.of("NetworkPolicy") if applies(p, pods) and direction in types(p)]


def allowed(env: Environment, policies: list[Object], direction: str, other: Pods, server: Pods, port: dict) -> bool:
    """Whether these policies of one side let the other side through on a port of the server. No policy: everything passes."""
    if not policies:
        return True
    for policy in policies:
        for rule in map(mapping, sequence(policy.spec.get(direction))):
            wanted = sequence(rule.get("ports"))
            if wanted and not any(port in numbers(server, mapping(p)) for p in wanted):
                continue
            named = sequence(rule.get("from" if direction == "ingress" else "to"))
            if not named or any(matches(env, policy, mapping(peer), other) for peer in named):
                return True
    return False


def types(policy: Object) -> list:
    given = policy.spec.get("policyTypes")
    return sequence(given) if given is not None else ["Ingress"] + (["Egress"] if "egress" in policy.spec else [])


def applies(policy: Object, pods: Pods) -> bool:
    return policy.namespace == pods.namespace and selects(policy.spec.get("podSelector"), pods.labels)


def inside(env: Environment, policy: Object, peer: dict) -> bool:
    """Whether a peer means pods of these manifests, and not the cluster's own or addresses."""
    if "ipBlock" in peer:
        return False
    if "namespaceSelector" not in peer:
        return True
    return any(selects(peer["namespaceSelector"], labels) for labels in namespaces(env).values())


def matches(env: Environment, policy: Object, peer: dict, pods: Pods) -> bool:
    if "ipBlock" in peer:
        return False  # pod addresses are not planned, so no rule may rest on them
    if "namespaceSelector" in peer:
        if not selects(peer["namespaceSelector"], namespaces(env).get(pods.namespace, {})):
            return False
    elif pods.namespace != policy.namespace:
        return False
    return selects(peer.get("podSelector"), pods.labels)


def namespaces(env: Environment) -> dict[str, dict]:
    return {n.name: {NAMESPACE_NAME: n.name, **mapping(n.metadata.get("labels"))} for n in env.of("Namespace")}


def numbers(pods: Pods, wanted: dict) -> list[dict]:
    """The ports of these pods that one port of a rule means."""
    found = []
    for port in map(mapping, pods.ports()):
        if port.get("protocol", "TCP") != wanted.get("protocol", "TCP"):
            continue
        number, given = port.get("containerPort"), wanted.get("port")
        if given is None or given in (number, port.get("name")):
            found.append(port)
        elif isinstance(given, int) and isinstance(number, int) and given <= number <= wanted.get("endPort", given):
            found.append(port)
    return found
