#!/bin/sh
# pip install without what no function runs: the tests of the libraries.
set -eu
pip install "$@"
find /usr/local/lib/python3* -type d \( -name tests -o -name test \) -path '*-packages/*' -prune -exec rm -rf {} +
