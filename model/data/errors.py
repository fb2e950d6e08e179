"""Errors of training data, apart from the readers: the command line names them where pandas is not installed."""


class DataError(Exception):
    """A data file is missing, of an unknown kind, or lacks what is needed; the message is one a user can act on."""
