"""A month of Spot interruptions, played many times over what is rendered: who is away, for how long, at what price."""
