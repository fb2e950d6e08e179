"""The teachers' heavy work on a machine with a GPU: `pack` here, `job` there, `results` here again."""
