"""What is there to be counted: the devices of clients."""
