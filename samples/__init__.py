"""The documents of the tour, and what makes them."""
