"""failover-in-time: a fallback that is asked after a time-out still has a caller.

The LLM gateway asks the next model when one fails.  After a quick failure (429, 5xx, no connection) that works.  When
a model hangs, though, the gateway waits its whole time-out first; if OpenClaw's model call has ended by then, the
fallback answers nobody, and the user of a hanging model sees an error although a second model was healthy.

Looked at: `timeoutSeconds` of OpenClaw's provider, and time-out, attempts and fallbacks of the gateway that its
`baseUrl` leads to.  One fallback must fit: model call >= time-out x (attempts + 1).

Limits: streamed replies that hang in the middle are not failed over by either engine.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.objectset import Breach, ObjectSet
from generator.check.rules import Severity
from generator.check.traffic.configs import of_program
from generator.check.traffic.engines import behind
from generator.check.walk import number, table, text

ID, SEVERITY = "failover-in-time", Severity.WARNING
REMEDIATION = "shorten the gateway's time-out to half of OpenClaw's model call, or accept that a hanging model fails"


def check(objects: ObjectSet) -> Iterator[Breach]:
    for item in objects.workloads():
        for config in of_program(objects, item, "openclaw"):
            for provider in table(config.value, "models", "providers").values():
                call = number(provider, "timeoutSeconds")
                engine = behind(objects, item, text(provider, "baseUrl"))
                if call is None or engine is None or not engine[2].fallbacks:
                    continue
                workload, _, patience = engine
                if call < patience.seconds + patience.timeout:
                    message = (
                        f"OpenClaw waits {call:g} s, and {workload} asks a fallback {patience.seconds:g} s "
                        "into a call to a model that hangs: OpenClaw has gone before the fallback can answer, the user "
                        "sees a time-out, and the second answer is paid for too"
                    )
                    yield Breach(config.item, config.path, message)
