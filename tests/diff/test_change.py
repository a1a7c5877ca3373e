"""Objects added, removed and altered: by file, without the noise of content hashes, templates by resource."""

from __future__ import annotations

from typing import Any

import yaml

from generator.diff.change import Change, by_component, changes, unhashed
from generator.diff.fields import ABSENT

HASH = "-5f8gk9m2tb"
OTHER = "-9ttbcd42kh"
FILE = "rendered/dev/cache/deployment-cache.yaml"


def dumped(**obj: Any) -> str:
    return yaml.safe_dump(obj, sort_keys=False)


def workload(config: str, **spec: Any) -> str:
    volume = {"name": "config", "configMap": {"name": config}}
    pod = {"volumes": [volume], **spec}
    return dumped(apiVersion="apps/v1", kind="Deployment", metadata={"name": "cache"}, spec={"template": {"spec": pod}})


def config_map(name: str, **data: str) -> str:
    return dumped(apiVersion="v1", kind="ConfigMap", metadata={"name": name, "namespace": "x"}, data=data)


def one(before: str, after: str, file: str = FILE) -> Change:
    [change] = changes({file: (before, after)})
    return change


def test_what_is_on_one_side_only_is_added_or_removed() -> None:
    text = dumped(apiVersion="v1", kind="Service", metadata={"name": "cache", "namespace": "llm-gateway"})
    added, removed = one("", text), one(text, "")
    assert (added.verb, removed.verb) == ("added", "removed")
    assert str(added) == str(removed) == "Service llm-gateway/cache"
    assert (added.environment, added.component, added.fields) == ("dev", "cache", ())


def test_a_new_hash_in_a_name_alone_is_no_field_but_a_new_configuration() -> None:
    change = one(workload(f"cache-config{HASH}"), workload(f"cache-config{OTHER}"))
    assert change.fields == ()
    assert change.configuration == (f"cache-config{OTHER}",)


def test_of_a_configmap_the_content_counts_and_not_the_hash() -> None:
    file = "rendered/dev/cache/configmap-cache-config.yaml"
    before, after = config_map(f"cache-config{HASH}", a="1"), config_map(f"cache-config{OTHER}", a="2")
    change = one(before, after, file)
    assert str(change) == "ConfigMap x/cache-config"
    assert [(field.shown, field.before, field.after) for field in change.fields] == [("data.a", "1", "2")]
    assert changes({file: (before, config_map(f"cache-config{OTHER}", a="1"))}) == []


def test_a_name_that_only_looks_like_a_hash_elsewhere_is_kept() -> None:
    assert unhashed({"kind": "Service", "metadata": {"name": f"a{HASH}"}}) == {
        "kind": "Service",
        "metadata": {"name": f"a{HASH}"},
    }
    change = one(workload("c", serviceAccountName=f"a{HASH}"), workload("c", serviceAccountName=f"a{OTHER}"))
    assert [field.shown for field in change.fields] == ["spec.template.spec.serviceAccountName"]


def test_every_kind_of_reference_to_a_configmap_is_without_its_hash() -> None:
    for key in ("configMap", "configMapRef", "configMapKeyRef"):
        assert unhashed({key: {"name": f"a{HASH}", "key": "k"}}) == {key: {"name": "a", "key": "k"}}


def test_what_a_file_is_laid_out_like_is_no_change() -> None:
    assert changes({FILE: ("a: {b: 1}\nkind: X\n", "kind: X\na:\n  b: 1 # one\n")}) == []


def template(**resources: Any) -> str:
    return dumped(AWSTemplateFormatVersion="2010-09-09", Resources=resources)


def test_a_template_is_its_resources() -> None:
    role = {"Type": "AWS::IAM::Role", "Properties": {"Path": "/"}}
    key = {"Type": "AWS::KMS::Key", "DeletionPolicy": "Retain"}
    file = "rendered/dev/aws/access.yaml"
    found = changes({file: (template(Role=role, Key=key), template(Role=role | {"Properties": {"Path": "/a/"}}))})
    assert [(change.verb, str(change), change.of_template) for change in found] == [
        ("changed", "AWS::IAM::Role Role", True),
        ("removed", "AWS::KMS::Key Key", True),
    ]
    assert [(field.shown, field.after) for field in found[0].fields] == [("Properties.Path", "/a/")]


def test_an_object_is_none_of_a_template() -> None:
    assert not one("", workload("c")).of_template


def test_files_beside_the_rendered_manifests_do_not_count() -> None:
    text = workload("c")
    assert changes({"base/cache/x.yaml": ("", text), "rendered/dev/aws/x.tf.json": ("", "{}"), FILE: ("", "")}) == []


def test_a_field_that_goes_is_absent_afterwards() -> None:
    [field] = one(workload("c", dnsPolicy=None), workload("c")).fields
    assert (field.shown, field.before, field.after) == ("spec.template.spec.dnsPolicy", None, ABSENT)


def test_groups_are_by_environment_and_component() -> None:
    files = ("dev/cache/a", "dev/ingress/b", "prod/cache/a", "dev/cache/c")
    found = changes({f"rendered/{name}.yaml": ("", workload("c")) for name in files})
    groups = [(env, component, len(group)) for env, component, group in by_component(found)]
    assert groups == [("dev", "cache", 2), ("dev", "ingress", 1), ("prod", "cache", 1)]
