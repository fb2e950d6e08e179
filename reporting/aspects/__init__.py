"""Aspects in reports: what reviews praise and blame, as figures, in words and on a page."""
