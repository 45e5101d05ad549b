"""`scripts.bench_gas` measures; what an anchor costs is reported there, not asserted here."""

from __future__ import annotations

import pytest

from scripts import bench_gas


def test_figures_grow_with_the_proof(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = bench_gas.anchor_gas((1, 1_000))
    assert 21_000 < figures[1] < figures[1_000] < bench_gas.longest_anchor_gas(10)
    monkeypatch.setattr(bench_gas, "anchor_gas", lambda: figures)
    monkeypatch.setattr(bench_gas, "longest_anchor_gas", lambda: bench_gas.EXPECTED.stop)
    bench_gas.main()
    said = capsys.readouterr().out
    assert f"one more than 1,000: {figures[1_000]:,} gas\n" in said and "outside 58,000" in said
