"""The demo: two real cities and their sights, with invented schools and persons in the middle of a season of exchanges.

Everything it shows stands in `content/` as TOML, in both languages, dated relative to the day on which it is loaded.
Loading goes through the same services as a person at the pages would, so that seats, histories and letters are true. It
is loaded only in demo mode (DEMO=1), only into an empty database, and only once.
"""
