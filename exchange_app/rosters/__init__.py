"""Who is in a group: read from the school's spreadsheet, mended, checked, and kept sealed."""
