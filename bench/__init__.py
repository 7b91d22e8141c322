"""Measurements of the hub beside what they should be compared with."""
