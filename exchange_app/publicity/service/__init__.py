"""What is done in publicity, by what it is done to."""
