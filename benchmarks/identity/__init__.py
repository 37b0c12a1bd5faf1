"""How right, how stable and how fast identity linking is: ``python -m benchmarks.identity``."""
