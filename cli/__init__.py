"""The console command docstream, a client of the HTTP API: one file per verb."""

VERSION = "0.1.0"
