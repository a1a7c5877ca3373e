"""A window in which nothing is synced by itself, as prod has one over the weekend."""

import time

from tests.argocd.application import Application
from tests.argocd.argo import PATIENCE, POLL
from tests.argocd.conftest import ENVIRONMENT, Delivery

ALWAYS = {"kind": "deny", "schedule": "0 0 * * *", "duration": "24h", "timeZone": "Etc/UTC"}
NAME = "openclaw-main"


def test_a_closed_window_holds_a_change_back_until_somebody_syncs_it(delivery: Delivery) -> None:
    fork, argo = delivery.fork, delivery.argo
    fork.set(ENVIRONMENT, ("gitops", "syncWindows"), [ALWAYS])
    delivery.merge("a window that is always closed")
    fork.set(ENVIRONMENT, ("telemetry", "sampleRatio"), 0.1)
    waiting = fork.merge("a change in the window")

    def compared(all_of: dict[str, Application]) -> bool:
        return all(one.revision == waiting for one in all_of.values())

    argo.wait(compared, PATIENCE, "Application but compared with the change")
    before = argo.applications()
    time.sleep(2 * POLL)
    held = argo.applications()[NAME]
    assert held.sync == "OutOfSync", f"the change went through the closed window: {held}"
    assert held.started == before[NAME].started, str(held)
    argo.sync(NAME)
    argo.wait(lambda all_of: all_of[NAME].settled(waiting), PATIENCE, f"sync of {NAME} by hand")


def test_a_window_is_opened_by_hand(delivery: Delivery) -> None:
    """It holds back its own removal too."""
    delivery.fork.drop(ENVIRONMENT, ("gitops", "syncWindows"))
    opened = delivery.fork.merge("no window")
    delivery.argo.wait(lambda all_of: all_of["root"].revision == opened, PATIENCE, "root but compared with the change")
    delivery.argo.sync("root")
    delivery.argo.wait_for(opened)
