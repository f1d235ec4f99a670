"""People who sign in, and what they may do: leaders of schools, organisers of cities, administrators."""
