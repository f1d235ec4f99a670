"""Who did what that matters to security or to children's data. The log notices when somebody alters it afterwards."""
