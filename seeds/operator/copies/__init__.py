"""Each system's own flawed copy of the true world."""
