"""Reading and writing review files in a process that is thrown away: what an upload breaks is nothing but that process.

`reading` and `writing` are the doors; `child` is what runs behind them.
"""
