"""The front door: command line and version."""
