"""Cases: what finance does about findings, and who signed it."""
