"""Two short reviews with a clear verdict, and a file of twenty of them with one row that cannot be scored."""

from __future__ import annotations

GOOD = "A warm, funny and quietly brave film. I loved every minute of it."
BAD = "Dull, badly acted and far too long. The worst film of the year."
FILE = "title,review\n" + "".join(f'Film {n},"{GOOD if n % 2 else BAD}"\n' for n in range(20)) + "Empty,\n"
