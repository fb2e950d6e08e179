"""Review files: what is accepted, how it is read row by row, and how the scored copy is written.

`read.open_reviews` and `write.write_scored` are the doors; both see a file through the same `table.Table`, so that a
row has the same number on the way in and on the way out.
"""
