"""The rules: pure decisions over a state that was loaded for them. No SQL, no clock, no randomness."""
