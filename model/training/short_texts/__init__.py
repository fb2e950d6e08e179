"""What is fitted to a finished model for short texts: labelled sentences, and whether a text is a review at all."""
