"""Figures for Prometheus; a registry of the app's own, so that two apps share nothing."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from ledger.office.context import Office


class Metrics:
    """Counters of this process and, when asked, the size of every stream."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._entries = Gauge(
            "xuezheng_stream_entries", "Entries acknowledged", ["stream"], registry=self._registry
        )
        self._anchored = Gauge(
            "xuezheng_stream_anchored", "Entries anchored", ["stream"], registry=self._registry
        )
        self._anchors = Counter(
            "xuezheng_anchors", "Anchors made by this process", registry=self._registry
        )
        self._failures = Counter(
            "xuezheng_anchor_failures",
            "Anchor rounds that were refused",
            ["code"],
            registry=self._registry,
        )

    def anchored(self, count: int) -> None:
        self._anchors.inc(count)

    def anchor_failed(self, code: str) -> None:
        self._failures.labels(code).inc()

    def text(self, office: Office) -> tuple[bytes, str]:
        """(exposition text, media type)."""
        for kind in office.kinds():
            anchors = office.store.anchors(kind)
            self._entries.labels(kind).set(office.store.size(kind))
            self._anchored.labels(kind).set(anchors[-1].size if anchors else 0)
        return generate_latest(self._registry), CONTENT_TYPE_LATEST
