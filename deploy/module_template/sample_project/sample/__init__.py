"""Sample, a module of HiveMatrix."""
