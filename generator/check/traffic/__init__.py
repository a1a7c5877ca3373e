"""Who talks to whom, as the objects and the configurations inside them say it."""
