"""What the cities show the world of what they do together: festivals, campaigns to which they invite each other,
stories with photos of those who agreed, what the media say."""
