"""`make bench-bulk`: a file from the accepted upload to the scored file, beside the bare scorer."""
