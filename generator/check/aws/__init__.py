"""Rules over the AWS layer: templates of an environment, beside the objects of its cluster."""
