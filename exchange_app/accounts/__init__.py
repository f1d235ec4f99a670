"""People who sign in, and what they may do: leaders and heads of schools, education bureaus, organisers,
administrators."""
