"""One page an environment, to look at: what runs, what it costs, what it survives, what it is held to."""
