"""Records the on-demand prices of us-east-1 from Karpenter's Go module, whose checksum tools/instances knows.

    python -m tools.prices.karpenter

The module's table has us-east-1 alone; other Regions come from AWS's price list (`python -m tools.prices.offers`).
"""

from __future__ import annotations

import re

from tools.instances.instances import VERSION, SourceError, module_file

from .document import TARGET, read, text

PRICES = "pkg/providers/pricing/zz_generated.pricing_aws.go"
FAMILIES = tuple(f"{category}{generation}" for generation in ("7g", "8g", "9g", "7i") for category in "cmr")
"""Graviton of the pools, and x86 of the same categories to compare with."""
SIZES = ("medium", "large", "xlarge", "2xlarge", "4xlarge")

_GENERATED = re.compile(r"^// generated at (\d{4}-\d\d-\d\d)T\S+ for us-east-1$", re.MULTILINE)
_PRICE = re.compile(r'"([a-z0-9-]+)\.([a-z0-9-]+)": (\d+\.\d+)')


def families(source: str) -> dict[str, dict[str, float]]:
    """USD an hour by family and size; families that the table does not have are left out."""
    found = {(family, size): float(usd) for family, size, usd in _PRICE.findall(source)}
    made = {family: {size: found[family, size] for size in SIZES if (family, size) in found} for family in FAMILIES}
    return {family: sizes for family, sizes in made.items() if sizes}


def main() -> None:
    source = module_file(PRICES)
    generated, found = _GENERATED.search(source), families(source)
    if generated is None or not found:
        raise SourceError(f"{PRICES} of {VERSION} has another form than expected")
    data = read()
    data["ec2"] |= {"source": "karpenter", "date": generated[1]}
    data["ec2"]["usd"]["us-east-1"] = found
    TARGET.write_text(text(data), "utf-8")
    print(f"{TARGET.name}: {sum(map(len, found.values()))} instance types of {generated[1]}")


if __name__ == "__main__":
    main()
