"""What an environment, a folder or a machine may hold that was made to do harm, or was broken by accident."""
