"""What has changed between two schemas, in plain sentences."""
