"""Pages of an evaluation: self-contained HTML that needs no script and prints on A4."""
