"""Section `backup`: copies of the gateways' state outside the cluster."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from .fields import BucketName, Cron, KeyPrefix, Quantity, Range
from .image import Image
from .openclaw import Resources
from .problem import Flaw

if TYPE_CHECKING:
    from .model import Environment


@dataclass(frozen=True)
class Backup:
    """Scheduled archives of every gateway's state in S3, and what `restore` starts from."""

    enabled: bool
    """Whether archives are made."""
    schedule: Cron
    """When, for every gateway."""
    prefix: KeyPrefix
    """Keys in the bucket are <prefix>/<environment>/<gateway>/<time>-openclaw-backup.tar.gz."""
    retention_days: Annotated[int, Range(1, 3650, "days")]
    """How long an archive is kept, by the bucket's lifecycle rule: the pods may not delete."""
    space: Quantity
    """Room on the node for one archive, and as much for what it is made from; above it the backup fails."""
    resources: Resources
    """What making, sending or restoring an archive asks for; the gateway's node must have it left."""
    image: Image
    """rclone, which sends and fetches."""
    bucket: BucketName | None = None
    """In the Region of the cluster, encrypted by KMS: archives hold credentials. Reached by Pod Identity."""

    def check(self, env: "Environment") -> Iterator[Flaw]:
        yield from self.image.flaws(("image",), "rclone", "1.76.0")
        if self.enabled and not self.bucket:
            fix = "name a bucket, e.g. bucket: openclaw-backup-111122223333"
            yield Flaw(("bucket",), "required when backups are enabled", fix, also=(("backup", "enabled"),))
        for name in env.openclaw.gateways if self.enabled else ():
            if f"backup-{name}" in env.openclaw.gateways:
                message = f"the backup of gateway «{name}» has the names of gateway «backup-{name}»"
                gateway = ("openclaw", "gateways", f"backup-{name}")
                yield Flaw(("enabled",), message, "give that gateway another name", also=(gateway,))
