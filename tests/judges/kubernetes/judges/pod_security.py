"""Judge `pod-security`: the level `restricted` of the Pod Security Standards, over the pods of every workload.

Written from the admission code (pod-security-admission policy checks, Kubernetes 1.36.2, read 2026-11-23). `restricted` is
all of `baseline` and more; the relaxations for Windows and for user namespaces (hostUsers: false) are left out, as nothing
that is generated may need them. Namespaces of a system must carry the labels that turn the level on.
"""

from __future__ import annotations

import pathlib
import typing

from .model import Environment, Finding, Pods, mapping, sequence

VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"}
SYSCTLS = {
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
}
SELINUX_TYPES = {None, "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}
ENFORCE = "pod-security.kubernetes.io/enforce"


def judge(environments: list[Environment], _home: pathlib.Path) -> list[Finding]:
    findings = []
    for environment in environments:
        for pods in environment.pods():
            for message in violations(pods):
                findings.append(Finding(environment.folder, "pod-security", str(pods.owner), message))
        if "platform" not in pathlib.Path(environment.folder).resolve().parts:
            for namespace in environment.of("Namespace"):
                labels = mapping(namespace.metadata.get("labels"))
                if labels.get(ENFORCE) != "restricted":
                    message = f"the label {ENFORCE} is {labels.get(ENFORCE)!r}, not 'restricted'"
                    findings.append(Finding(environment.folder, "pod-security", str(namespace), message))
    return findings


def violations(pods: Pods) -> typing.Iterator[str]:
    spec = pods.spec
    pod = mapping(spec.get("securityContext"))
    containers = [
        (f"{kind}[{c.get('name')}]", c, mapping(c.get("securityContext")))
        for kind in ("initContainers", "containers", "ephemeralContainers")
        for c in sequence(spec.get(kind))
        if isinstance(c, dict)
    ]
    contexts = [("pod", pod), *((where, context) for where, _, context in containers)]

    # Baseline.
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(field) not in (None, False):
            yield f"{field} is {spec[field]}"
    for where, container, context in containers:
        if context.get("privileged") not in (None, False):
            yield f"{where} is privileged"
        if context.get("procMount") not in (None, "Default"):
            yield f"{where} has procMount {context['procMount']}"
        for port in sequence(container.get("ports")):
            if mapping(port).get("hostPort") not in (None, 0):
                yield f"{where} takes hostPort {port['hostPort']}"
        lifecycle = mapping(container.get("lifecycle"))
        handlers = [mapping(container.get(f"{probe}Probe")) for probe in ("liveness", "readiness", "startup")]
        handlers += [mapping(lifecycle.get(hook)) for hook in ("postStart", "preStop")]
        for handler in handlers:
            for how in ("httpGet", "tcpSocket"):
                if mapping(handler.get(how)).get("host") not in (None, ""):
                    yield f"{where} names a host in a {how}: {handler[how]['host']}"
    for where, context in contexts:
        linux = mapping(context.get("seLinuxOptions"))
        if linux.get("type") not in SELINUX_TYPES or linux.get("user") or linux.get("role"):
            yield f"{where} sets seLinuxOptions {linux}"
        if mapping(context.get("appArmorProfile")).get("type") not in (None, "RuntimeDefault", "Localhost"):
            yield f"{where} has the AppArmor profile {context['appArmorProfile']}"
        if mapping(context.get("windowsOptions")).get("hostProcess") not in (None, False):
            yield f"{where} is a Windows HostProcess"
        if mapping(context.get("seccompProfile")).get("type") not in (None, "RuntimeDefault", "Localhost"):
            yield f"{where} has the seccomp profile {context['seccompProfile']}"
    for key, value in mapping(pods.metadata.get("annotations")).items():
        if str(key).startswith("container.apparmor.security.beta.kubernetes.io/"):
            if value not in ("", "runtime/default") and not str(value).startswith("localhost/"):
                yield f"the annotation {key} is {value}"
    for sysctl in sequence(pod.get("sysctls")):
        if mapping(sysctl).get("name") not in SYSCTLS:
            yield f"sysctl {mapping(sysctl).get('name')}"

    # Restricted.
    for volume in sequence(spec.get("volumes")):
        for kind in mapping(volume).keys() - {"name"} - VOLUMES:
            yield f"the volume {volume.get('name')} is a {kind}"
    for where, _, context in containers:
        if context.get("allowPrivilegeEscalation") is not False:
            yield f"{where} does not set allowPrivilegeEscalation to false"
        if context.get("runAsNonRoot", pod.get("runAsNonRoot")) is not True:
            yield f"{where} may run as root: runAsNonRoot is not true"
        if mapping(context.get("seccompProfile", pod.get("seccompProfile"))).get("type") not in ("RuntimeDefault", "Localhost"):
            yield f"{where} has no seccomp profile"
        capabilities = mapping(context.get("capabilities"))
        if "ALL" not in sequence(capabilities.get("drop")):
            yield f"{where} does not drop ALL capabilities"
        for added in sequence(capabilities.get("add")):
            if added != "NET_BIND_SERVICE":
                yield f"{where} adds the capability {added}"
    for where, context in contexts:
        if context.get("runAsNonRoot") is False:
            yield f"{where} sets runAsNonRoot to false"
        if context.get("runAsUser") == 0:
            yield f"{where} runs as user 0"
