"""What several tests share: a hub without doors, and workers that take turns."""
