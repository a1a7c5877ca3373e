"""What an operator does after the first day: new environments, promotions, new versions, and questions to a key."""
