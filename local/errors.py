"""What the person at the keyboard can do something about."""


class ServiceError(Exception):
    """One line a person can act on; the command prints it and ends with exit code 1."""
