"""Measurements that people run by hand: how fast, how large, how right."""
