"""The pages on which people sign in to and out of Nexus, and go on to a module."""
