"""The activities resource: all that statements said of an activity (Communication 2.5)."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from api.xapi.documents import activity_of
from api.xapi.etags import tagged
from api.xapi.parameters import only
from api.xapi.request import Call, Handlers, Service
from ledger.core.canonical import canonical_json
from ledger.core.xapi.stored import stored_json

_KNOWN = frozenset({"activityId"})


def _get(service: Service, call: Call) -> Response:
    """An Activity with the definition merged from every statement that gave one.

    Without one it is still an Activity (4.1.6.4 of IEEE 9274.1.1), of its id alone.
    """
    only(call.parameters, _KNOWN)
    iri = activity_of(call, "XAPI-00250")
    activity: dict[str, Any] = {"objectType": "Activity", "id": iri}
    definition = service.office.statements.activity(iri)
    if definition is not None:
        activity["definition"] = stored_json(definition)
    return tagged(call, canonical_json(activity))


HANDLERS: Handlers = {"activities": {"GET": _get}}
