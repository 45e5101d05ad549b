"""Teaching records: the profile's vocabulary and templates, and statements read as flat records.

Pure. Pages: `docs/spec/teaching-profile.md` (the xAPI profile), `docs/spec/teaching-records.md`
(every field of every record type).
"""
