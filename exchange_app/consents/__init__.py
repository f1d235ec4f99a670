"""What a guardian agreed to, for one child, point by point: asked by a link or on paper, kept word for word."""
