"""How each long-running process behaves: exit codes, log lines, the word that it is ready. Imports nothing of ours
but errors, and those only for work in a second process."""
