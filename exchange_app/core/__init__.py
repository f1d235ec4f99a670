"""What every feature stands on: database, transaction, clock, errors, sealed columns, translated text."""
