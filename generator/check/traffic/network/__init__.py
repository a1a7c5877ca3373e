"""Who may talk to whom, as the network policies of a set of objects say."""
