"""The installation on one Debian or Ubuntu server. Standard library only, run by Python 3.11+."""
