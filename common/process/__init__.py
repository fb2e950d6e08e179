"""How each long-running process behaves: exit codes, log lines, the word that it is ready. Imports nothing of ours."""
