"""What runs on the machine with a GPU, which has PyTorch and NumPy and none of this project's other needs."""
