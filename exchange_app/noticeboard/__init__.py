"""What the cities tell each other and everybody: notices of the day, and a library of policies that stay."""
