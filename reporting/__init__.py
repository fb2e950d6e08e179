"""Reports for people: words, numbers with their intervals, charts, files, a page. Knows nothing of Discord.

`/report` and `reelfeel report` are both made of this.
"""
