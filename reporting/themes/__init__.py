"""Themes: phrases that set some reviews apart from others, counted in reviews, with their evidence and quotes.

Nothing here asks a database, a model or Discord: `finder.find_themes` takes texts that it can read several times.
"""
