"""The real images of functions and connector, built and run on this machine: python -m local.images.

engine.py    a Docker engine, found or started       contexts.py    what faas-cli hands to docker build
bases.py     the public base images, or our own      build.py       all images, and how large they are
watchdog.py  stands in for of-watchdog               containers.py  functions as containers behind the local gateway
isolation.py what every container is run with        connector.py   the connector as a container
"""
