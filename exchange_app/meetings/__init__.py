"""Joint meetings of the cities of an agreement: who chairs, what is on the agenda, who comes, what was decided, and who
does what until when."""
