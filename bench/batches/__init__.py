"""`hub bench batch`: batch files beside the bare COPY of the very same rows, through the processes of a whole hub."""
