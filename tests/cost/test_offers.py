"""Prices of a Region from AWS's price list: files of the real form, served on loopback."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.loopback import Quiet, Server, serving
from tools.prices import document, karpenter, offers

pytestmark = pytest.mark.thorough  # it asks a server on loopback

REGION = "eu-central-1"
HEADER = (
    *("SKU", "OfferTermCode", "RateCode", "TermType", "PriceDescription", "EffectiveDate", "StartingRange"),
    *("EndingRange", "Unit", "PricePerUnit", "Currency", "Product Family", "Instance Type", "Tenancy"),
    *("Operating System", "Pre Installed S/W", "CapacityStatus", "usageType", "operation", "Region Code"),
)


def listed(service: str, *rows: dict[str, str]) -> str:
    """A CSV file as AWS publishes it: five lines of preamble, the header, all of it quoted."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows(
        [
            ("FormatVersion", "v1.0"),
            ("Disclaimer", "This pricing list is for informational purposes only."),
            ("Publication Date", "2026-11-20T18:13:31Z"),
            ("Version", "20261120181331"),
            ("OfferCode", service),
            HEADER,
        ]
    )
    usual = {"TermType": "OnDemand", "StartingRange": "0", "Currency": "USD", "Region Code": REGION}
    writer.writerows([(usual | row).get(column, "") for column in HEADER] for row in rows)
    return out.getvalue()


def nat(usage: str, usd: str, **more: str) -> dict[str, str]:
    return {"Product Family": "NAT Gateway", "usageType": usage, "PricePerUnit": usd} | more


def instance(name: str, usd: str, **more: str) -> dict[str, str]:
    usual = dict(offers.INSTANCE)
    return usual | {"Instance Type": name, "usageType": f"EUC1-BoxUsage:{name}", "PricePerUnit": usd} | more


EC2 = listed(
    "AmazonEC2",
    nat("EUC1-NatGateway-Hours", "0.0520000000"),
    nat("EUC1-RegionalNatGateway-Hours", "0.9"),
    nat("EUC1-NatGateway-Hours", "0.7", TermType="Reserved"),
    nat("EUC1-NatGateway-Bytes", "0.0510000000"),
    nat("NatGateway-Bytes", "0.0450000000", **{"Region Code": "us-east-1"}),
    instance("m8g.large", "0.1075400000"),
    instance("m8g.large", "0.2", **{"Operating System": "Windows"}),
    instance("m8g.large", "0.3", Tenancy="Dedicated"),
    instance("m8g.large", "0.0", CapacityStatus="AllocatedCapacityReservation"),
    instance("m8g.metal-24xl", "5"),
    {"Product Family": "Storage", "usageType": "EUC1-EBS:VolumeUsage.gp3", "PricePerUnit": "0.0952"},
)
S3 = listed(
    "AmazonS3",
    {"usageType": "EUC1-TimedStorage-ByteHrs", "PricePerUnit": "0.0235", "StartingRange": "51200"},
    {"usageType": "EUC1-TimedStorage-ByteHrs", "PricePerUnit": "0.0245"},
    {"usageType": "EUC1-Requests-Tier1", "PricePerUnit": "0.0000054"},
)
KMS = listed(
    "awskms",
    {"usageType": f"{REGION}-KMS-Keys", "PricePerUnit": "1"},
    {"usageType": f"{REGION}-KMS-Keys", "PricePerUnit": "2"},
)
FILES = {"AmazonEC2": EC2, "AmazonS3": S3, "awskms": KMS}


@pytest.fixture
def address() -> Iterator[str]:
    """Where a price list is served, with nothing on it for services that are not above."""

    class Handler(Quiet):
        def do_GET(self) -> None:  # noqa: N802
            *_, service, current, region, name = self.path.split("/")
            known = self.path.startswith("/offers/v1.0/aws/") and (current, region, name) == (
                "current",
                REGION,
                "index.csv",
            )
            content = FILES.get(service, listed(service)).encode() if known else b""
            self.send_response(200 if known else 404)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = Server(None, Handler)
    with serving(server):
        yield f"http://127.0.0.1:{server.server_port}"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "prices.json"
    path.write_text(document.TARGET.read_text("utf-8"), "utf-8")
    return path


def test_a_regions_prices_are_recorded_with_address_and_day(
    address: str, target: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = document.read(target)
    code = offers.main([REGION, "--address", address], target)
    said = capsys.readouterr().err
    found = document.read(target)
    recorded = {name: one["usd"][REGION] for name, one in found["prices"].items() if REGION in one.get("read", {})}
    assert recorded == {"ebs.gp3": 0.0952, "nat.gb": 0.051, "nat.hour": 0.052, "s3.gb": 0.0245, "s3.write": 0.0054}
    assert found["prices"]["nat.hour"]["read"][REGION] == (
        f"{address}/offers/v1.0/aws/AmazonEC2/current/{REGION}/index.csv, 2026-11-20"
    )
    assert found["ec2"]["usd"][REGION] == {"m8g": {"large": 0.10754}}
    assert "kms.key: several prices: [1.0, 2.0]; its price is as it was" in said
    assert "alb.hour: not on the list; its price is as it was" in said
    assert code == 1
    assert found["prices"]["kms.key"] == before["prices"]["kms.key"]
    assert found["ec2"]["usd"]["us-east-1"] == before["ec2"]["usd"]["us-east-1"]


def test_a_list_that_cannot_be_read_changes_nothing(
    address: str, target: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = target.read_text("utf-8")
    assert offers.main(["mars-north-1", "--address", address], target) == 1
    assert "cannot be read: HTTP Error 404: Not Found; prices.json is as it was" in capsys.readouterr().err
    assert target.read_text("utf-8") == before


def test_karpenters_table_is_read_by_family_and_size() -> None:
    source = '"m8g.large": 0.089760, "m8g.xlarge": 0.179520,\n"m8g.metal-24xl": 4.3, "t4g.large": 0.067200, '
    assert karpenter.families(source) == {"m8g": {"large": 0.08976, "xlarge": 0.17952}}


def test_the_recorded_offers_can_all_be_looked_up() -> None:
    for name, price in json.loads(document.TARGET.read_text("utf-8"))["prices"].items():
        offer = price.get("offer")
        assert offer is None or ("service" in offer and ({"usage", "family"} & set(offer))), name
