"""What Kubernetes cannot hold: the account's resources, as CloudFormation and as Terraform from one model."""
