"""Docstream on one machine: backing services, a gateway that speaks OpenFaaS, and the demo."""
