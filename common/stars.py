"""What stars of ten say of a review: the thresholds of IMDb's own labelled reviews."""

from typing import Final

POSITIVE_FROM: Final = 7
"""So many stars and more speak for a film."""
NEGATIVE_TO: Final = 4
"""So many stars and fewer speak against it; those between do neither."""
