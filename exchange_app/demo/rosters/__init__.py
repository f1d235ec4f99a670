"""Sample rosters, as schools send them: invented persons, invented numbers, real-life spreadsheets.

| file | holds |
|---|---|
| `roster-24-3.xlsx` | 24 pupils, 3 staff; titles above, merged classes, a sum below; dotted, rare and Zhuang names |
| `roster-24-3-rail.xlsx` | the same group with document numbers for train tickets, one of them a passport's |
| `roster-30-4.ods` | 30 pupils and 4 staff, from LibreOffice's world |
| `roster-with-mistakes.csv` | 24 and 3 in GB18030, six rows of them to mend |

`python -m exchange_app.demo.rosters.make_samples` writes them anew into this folder. Identity numbers use
the unassigned area 459900, mobile numbers the unassigned prefix 154, landlines a first digit that no subscriber has.
"""
