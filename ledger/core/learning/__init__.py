"""Learning records: statements of the stream `learning` read as flat records, for credit.

Pure. Page: `docs/spec/learning-records.md` (every field of every record type).
"""
