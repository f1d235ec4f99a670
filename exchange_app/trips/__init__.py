"""The day itself: who sits, sleeps and walks with whom, roll calls, emergencies, the host's sheet, and what is left."""
