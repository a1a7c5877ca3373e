"""Records the prices of a Region from AWS's price list, which is public and asks for no credentials.

    python -m tools.prices.offers eu-central-1

One CSV file a service and Region, read as a stream: that of EC2 has hundreds of megabytes. A price that the list does
not hold, or holds with several values, stays as it was and is named; then the exit code is 1.
"""

from __future__ import annotations

import argparse
import csv
import io
import re
import sys
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .document import TARGET, read, text

ADDRESS = "https://pricing.us-east-1.amazonaws.com"
PREAMBLE = 5
"""Lines before the header: FormatVersion, Disclaimer, Publication Date, Version, OfferCode."""
REGION_PREFIX = r"(?:[A-Z0-9]{2,5}-|[a-z]{2}(?:-[a-z]+)+-\d-)?"
"""`EUC1-`, `EU-`, in KMS `eu-central-1-`; us-east-1 often has none."""
INSTANCE = {
    "Product Family": "Compute Instance",
    "Operating System": "Linux",
    "Tenancy": "Shared",
    "Pre Installed S/W": "NA",
    "CapacityStatus": "Used",
    "operation": "RunInstances",
}
"""What an instance on demand is, among the offers of one type."""

Row = Mapping[str, str]


@dataclass
class Offers:
    """What one file says of the prices asked for."""

    published: str
    """Day of the file."""
    prices: dict[str, float] = field(default_factory=dict)
    instances: dict[str, dict[str, float]] = field(default_factory=dict)
    unclear: dict[str, str] = field(default_factory=dict)
    """Prices that cannot be told from the file, and why."""


def rows(lines: Iterable[str]) -> tuple[str, Iterator[Row]]:
    """The day that a price list was published, and its rows."""
    reader = csv.reader(lines)
    preamble = dict(next(reader) for _ in range(PREAMBLE))
    header = next(reader)
    return preamble["Publication Date"][:10], (dict(zip(header, cells, strict=True)) for cells in reader)


def offers(
    lines: Iterable[str], wanted: Mapping[str, Mapping[str, Any]], types: Iterable[tuple[str, str]], region: str
) -> Offers:
    """The prices of a file: `wanted` maps a price's id to its `offer`, `types` are families and sizes of instances."""
    published, listed = rows(lines)
    names = {f"{family}.{size}": (family, size) for family, size in types}
    found: dict[str, dict[float, set[float]]] = {name: {} for name in wanted}
    patterns = {name: re.compile(REGION_PREFIX + re.escape(one.get("usage", ""))) for name, one in wanted.items()}
    made = Offers(published)
    for row in listed:
        if row["TermType"] != "OnDemand" or row["Currency"] != "USD" or row["Region Code"] != region:
            continue
        usd, start = float(row["PricePerUnit"]), float(row["StartingRange"] or 0)
        if (known := names.get(row.get("Instance Type", ""))) and _is(row, INSTANCE) and usd:
            made.instances.setdefault(known[0], {})[known[1]] = usd
        for name, one in wanted.items():
            if "family" in one and row["Product Family"] != one["family"]:
                continue
            if usd and ("usage" not in one or patterns[name].fullmatch(row["usageType"])):
                found[name].setdefault(start, set()).add(usd)
    for name, tiers in found.items():
        first = tiers[min(tiers)] if tiers else set()
        if len(first) == 1:
            made.prices[name] = round(first.pop() * wanted[name].get("times", 1), 9)
        else:
            made.unclear[name] = f"several prices: {sorted(first)}" if first else "not on the list"
    return made


def _is(row: Row, what: Mapping[str, str]) -> bool:
    return all(row.get(key) == value for key, value in what.items())


def refreshed(data: dict[str, Any], region: str, address: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The price list with a Region's prices of today, and those that could not be told.

    Raises OSError where a file cannot be had.
    """
    types = {(family, size) for one in data["ec2"]["usd"].values() for family, sizes in one.items() for size in sizes}
    unclear: dict[str, str] = {}
    wanted = {name: one["offer"] for name, one in data["prices"].items() if "offer" in one and "*" not in one["usd"]}
    for service in sorted({one["service"] for one in wanted.values()}):
        of_service = {name: one for name, one in wanted.items() if one["service"] == service}
        url = f"{address}/offers/v1.0/aws/{service}/current/{region}/index.csv"
        with urllib.request.urlopen(url, timeout=60) as answer:
            found = offers(
                io.TextIOWrapper(answer, "utf-8"), of_service, types if service == "AmazonEC2" else (), region
            )
        unclear |= found.unclear
        for name, usd in found.prices.items():
            price = data["prices"][name]
            price["usd"][region] = usd
            price.setdefault("read", {})[region] = f"{url}, {found.published}"
        if found.instances:
            data["ec2"]["usd"][region] = found.instances
            data["ec2"].setdefault("read", {})[region] = f"{url}, {found.published}"
    return data, unclear


def main(argv: list[str] | None = None, target: Path = TARGET) -> int:
    parser = argparse.ArgumentParser(description="Record the prices of a Region from AWS's price list.")
    parser.add_argument("region")
    parser.add_argument("--address", default=ADDRESS, help="where the price list is; default: %(default)s")
    given = parser.parse_args(argv)
    try:
        data, unclear = refreshed(read(target), given.region, given.address)
    except OSError as error:
        print(f"the price list cannot be read: {error}; {target.name} is as it was", file=sys.stderr)
        return 1
    target.write_text(text(data), "utf-8")
    for name, why in unclear.items():
        print(f"{name}: {why}; its price is as it was", file=sys.stderr)
    print(f"{target.name}: prices of {given.region}")
    return 1 if unclear else 0


if __name__ == "__main__":
    sys.exit(main())
