"""What the doors of batches share: uploads, what they show, and the ways by which the hub itself sends files."""
