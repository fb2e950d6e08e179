"""Errors that a person is told about."""

from __future__ import annotations


class UserError(Exception):
    """Something the user can set right; its text is one plain sentence that names the limit and the way out."""
