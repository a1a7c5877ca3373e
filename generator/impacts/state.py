"""What touches data that is kept: volumes, their classes, backups, retention."""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.compute.requests import quantity
from generator.diff.change import Change
from generator.diff.fields import ABSENT
from generator.diff.impact import Impact

from .reading import below, danger, warning


def check(change: Change) -> Iterator[Impact]:
    if change.verb == "removed" and change.kind == "CronJob" and "backup" in change.name:
        yield danger("state", change, "state is no longer copied out of the cluster")
    if change.verb != "changed":
        return
    if change.kind in ("StatefulSet", "PersistentVolumeClaim"):
        for field in change.fields:
            if field.path[-1] == "storage":
                yield _size(change, str(field.before), str(field.after))
    if change.kind == "StatefulSet":
        for field in below(change, "spec", "persistentVolumeClaimRetentionPolicy"):
            yield danger("state", change, f"what happens to its volumes changes: {field.shown} is {field.after}")
    if change.kind == "CronJob" and "backup" in change.name:
        for field in below(change, "spec", "schedule"):
            yield warning("state", change, f"backups are made at «{field.after}» instead of «{field.before}»")
        for field in below(change, "spec", "suspend"):
            if field.after is True:
                yield danger("state", change, "backups are suspended")
    if change.kind in ("AWS::S3::Bucket", "AWS::KMS::Key", "AWS::SecretsManager::Secret", "AWS::Cognito::UserPool"):
        for field in below(change, "DeletionPolicy"):
            if field.after in (ABSENT, "Delete"):
                yield danger("state", change, "is no longer kept when its stack goes")
        for field in below(change, "Properties", "LifecycleConfiguration"):
            days = f"{field.shown.rpartition('.')[2]} {field.before} -> {field.after}"
            yield warning("state", change, f"objects are kept for another time ({days})")


def _size(change: Change, before: str, after: str) -> Impact:
    if before == "absent" or after == "absent" or (quantity(after) or 0) >= (quantity(before) or 0):
        return warning(
            "state", change, f"its volume is {after} instead of {before}: a claim that exists stays as it is"
        )
    return danger("state", change, f"its volume shrinks from {before} to {after}: no volume can, the sync fails")
