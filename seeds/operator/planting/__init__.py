"""Faults and honest distractors: who gets which, and what it changes."""
