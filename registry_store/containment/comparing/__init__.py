"""What has changed between two versions: where, from what to what, which way, and in plain words."""
