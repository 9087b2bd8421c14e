"""What a file or folder of weights is, told by its header alone: nothing is loaded, unpickled or run."""
