"""One long run of a batch through a hub of processes, undisturbed or under kills, and what it leaves behind."""
