"""One module per claim; each prints JSON."""
