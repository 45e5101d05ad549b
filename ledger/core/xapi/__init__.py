"""The Experience API: what a statement is, when two are the same, how one is shown.

Pure: xAPI 1.0.3 and 2.0 (IEEE 9274.1.1). Clauses are named as `Data 2.4.1` and
`Communication 2.1.3` (1.0.3) or by the numbers of IEEE 9274.1.1 (`4.2.4.2`).
"""
