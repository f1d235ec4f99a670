"""The papers that a school handles for a group that travels: which there are, until when, and how far they are."""
