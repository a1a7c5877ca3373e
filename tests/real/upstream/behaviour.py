"""How a model answers: well, slowly, with an error, half, or not at all."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Behaviour:
    """One model's manners.  The default is a short answer that names the model."""

    text: str = ""
    """What is said; empty: `answer of <model>`.  A stream carries one word a chunk."""
    delay: float = 0
    """Seconds before every chunk of a stream, and before an answer in one piece."""
    status: int = 200
    """An HTTP status from 400 on is an error in the provider's own words."""
    retry_after: int | None = None
    """Seconds, the Retry-After header of an error."""
    drop_after: int | None = None
    """The connection is reset after so many chunks; an answer in one piece is reset before its first byte."""
    fail_after: int | None = None
    """The provider reports an error inside its stream after so many chunks: the status was 200 long ago."""
    hang: bool = False
    """Takes the request and says nothing until the caller hangs up or the server ends."""
    input_tokens: int = 1000
    output_tokens: int = 1000
    times: int | None = None
    """After so many requests the model is itself again; None: never."""

    def said_by(self, model: str) -> str:
        """The text of this answer when `model` gives it."""
        return self.text or f"answer of {model}"


def words(count: int) -> str:
    """A text that a stream carries in `count` chunks."""
    return " ".join(f"word{i}" for i in range(count))
