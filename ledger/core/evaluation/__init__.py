"""Evaluation of teaching and learning: rule sets as data, and what follows from records by them.

Pure, exact, bounded: integers and rationals, no clock, no network. The language is defined in
`docs/spec/rules.md`; a second implementation is written from that page alone.
"""
