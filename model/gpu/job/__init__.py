"""What runs on the machine with a GPU, which has PyTorch and NumPy and nothing else of this project's."""
