"""Node pools: what they may launch, what runs there, what it costs."""
