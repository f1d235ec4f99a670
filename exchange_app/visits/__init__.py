"""How cities visit each other: delegations with a programme, a report and what follows from it; and the ledger of how
much went each way, which visit returns which, and what is owed."""
