"""Models that only teach: too large or too slow to serve, their soft labels train the network that ships."""
