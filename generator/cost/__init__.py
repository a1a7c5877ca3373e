"""What an environment costs a month: as a range with every step shown, before it runs and by each change."""
