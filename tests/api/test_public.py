"""The public addresses: what a stranger's browser, a wallet and a mirror fetch."""

from __future__ import annotations

import base64
import hashlib

import pytest

from api.wiring import gateway
from ledger.core.canonical import canonical_json
from ledger.core.credential import (
    IssuerIdentity,
    status_list_credential,
)
from ledger.core.ed25519 import verify
from ledger.core.lookup import bucket as bucket_of
from ledger.core.lookup import parse_bucket
from ledger.core.multibase import decode_ed25519
from ledger.core.signed_note import open_checkpoint
from ledger.core.tiles import entries_path, tile_path, unpack_entries
from ledger.core.trust import format_trust
from ledger.office.lookup import bucket
from ledger.office.receipt import PREFIX
from ledger.office.status_list import encode_bitstring
from ledger.office.trust import make_trust, sign_trust
from tests.api.conftest import Door

ANYBODY = {"Origin": "https://verifier.example"}
PUBLIC = [
    "/streams/credential/checkpoint",
    "/streams/status/checkpoint",
    "/lookup/4/f",
    "/receipt/credential/0",
    "/receipt/learning/0",
    "/status/revocation/0",
    "/status/suspension/0",
    "/.well-known/did.json",
    "/profiles",
    "/profiles/teaching",
    "/profiles/teaching/v1.0",
    "/healthz",
    "/readyz",
    "/metrics",
    "/openapi.json",
    "/docs",
]


@pytest.mark.parametrize("path", PUBLIC)
def test_open_to_any_origin(door: Door, path: str) -> None:
    answer = door.client.get(path, headers=ANYBODY)
    assert answer.status_code == 200, answer.text
    assert answer.headers["access-control-allow-origin"] == "*"


def test_preflight(door: Door) -> None:
    asked = {
        **ANYBODY,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    answer = door.client.options("/chain", headers=asked)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"


def test_refusals_are_open_too(door: Door) -> None:
    for path in ("/lookup/99/00", "/receipt/credential/9", "/nowhere"):
        answer = door.client.get(path, headers=ANYBODY)
        assert answer.status_code in (400, 404)
        assert answer.headers["access-control-allow-origin"] == "*"


def test_checkpoint_and_tiles(door: Door) -> None:
    office = door.institution.office
    for kind, size in (("credential", 3), ("status", 1), ("learning", 1)):
        answer = door.client.get(f"/streams/{kind}/checkpoint")
        assert answer.headers["content-type"].startswith("text/plain")
        assert answer.headers["cache-control"] == "no-store"
        public = office.signer("checkpoint").public_key
        checkpoint = open_checkpoint(answer.content, office.identity.origin(kind), public)
        assert checkpoint.size == size
        hashes = door.client.get(f"/streams/{kind}/{tile_path(0, 0, size)}").content
        bundle = door.client.get(f"/streams/{kind}/{entries_path(0, size)}").content
        leaves = [hashlib.sha256(b"\x00" + entry).digest() for entry in unpack_entries(bundle)]
        assert b"".join(leaves) == hashes
        assert checkpoint.root == office.store.root(kind, size)


@pytest.mark.parametrize(
    "path",
    [
        "/streams/nothing/checkpoint",
        "/streams/credential/tile/0/001",
        "/streams/credential/../../config.json",
        "/streams/credential/%2e%2e/%2e%2e/keys.json",
        "/streams/credential/..%2f..%2fkeys.json",
        "/streams/credential//etc/passwd",
        "/streams/credential/%00",
        "/streams/credential/tile",
        "/streams/credential/.checkpoint.tmp",
        "/streams/%2e%2e/keys.json",
    ],
)
def test_nothing_but_the_streams_files(door: Door, path: str) -> None:
    answer = door.client.get(path)
    assert answer.status_code == 404
    assert answer.json()["code"] in ("not-found", "no-such-stream")


def test_lookup(door: Door) -> None:
    """Every key of the three certificates, from the bucket that its first four bits name."""
    office = door.institution.office
    everything = bucket(office, 0, bytes(8))
    assert (everything.size, len(everything.members)) == (3, 6)
    for member in everything.members:
        answer = door.client.get(f"/lookup/4/{bucket_of(member.key, 4)}")
        assert member in parse_bucket(answer.content).members


@pytest.mark.parametrize("path", ["65/00", "4/zz", "4/ff", "8/0", "-1/0", "x/0", "8/%00"])
def test_lookup_out_of_range(door: Door, path: str) -> None:
    answer = door.client.get(f"/lookup/{path}")
    assert answer.status_code in (400, 404)
    assert answer.json()["code"]


def test_receipt(door: Door) -> None:
    found = door.client.get("/receipt/learning/0").json()
    signature = base64.b64decode(found.pop("signature"))
    public = door.institution.office.signer("receipt").public_key
    verify(public, PREFIX + canonical_json(found), signature)


def test_status_list_credential(door: Door) -> None:
    answer = door.client.get("/status/revocation/0")
    assert answer.headers["content-type"] == "application/vc"
    found = answer.json()
    subject = found["credentialSubject"]
    assert (subject["type"], subject["statusPurpose"]) == ("BitstringStatusList", "revocation")
    assert found["id"] == "http://127.0.0.1:8080/status/revocation/0"
    assert found["proof"]["cryptosuite"] == "eddsa-jcs-2022"
    none_set = status_list_credential(
        IssuerIdentity("north.example", "", ""),
        "u",
        "suspension",
        encode_bitstring(bytes(16_384)),
        0,
    )
    suspended = door.client.get("/status/suspension/0").json()["credentialSubject"]
    assert suspended["encodedList"] == none_set["credentialSubject"]["encodedList"]
    assert subject["encodedList"] != suspended["encodedList"]


def test_did_document(door: Door) -> None:
    answer = door.client.get("/.well-known/did.json")
    found = answer.json()
    assert found["id"] == "did:web:north.example"
    (method,) = found["verificationMethod"]
    public = door.institution.office.signer("credential").public_key
    assert decode_ed25519(method["publicKeyMultibase"]) == public
    assert found["assertionMethod"] == [method["id"]]


def test_trust(door: Door) -> None:
    path = door.institution.home.root / "trust.json"
    assert door.client.get("/trust").status_code == 404
    bundle = sign_trust(
        door.institution.office, make_trust(door.institution.office, "embedded", 1, 1)
    )
    path.write_bytes(format_trust(bundle))
    answer = door.client.get("/trust")
    assert answer.content == format_trust(bundle)
    path.unlink()


def test_health_and_figures(door: Door) -> None:
    assert door.client.get("/healthz").json() == {"status": "ok"}
    ready = door.client.get("/readyz").json()
    assert ready["status"] == "ready"
    assert ready["block"] > 0
    text = door.client.get("/metrics").text
    assert 'xuezheng_stream_entries{stream="credential"} 3.0' in text
    assert 'xuezheng_stream_anchored{stream="credential"} 3.0' in text


def test_docs_fetch_nothing_from_afar(door: Door) -> None:
    page = door.client.get("/docs").text
    assert "://" not in page
    assert "src=" not in page
    assert "/lookup/{bits}/{prefix}" in page


def test_openapi_names_every_address(door: Door) -> None:
    found = door.client.get("/openapi.json").json()
    assert found["openapi"].startswith("3.")
    for path in ("/rosters", "/anchor", "/chain", "/records/{kind}", "/receipt/{kind}/{index}"):
        assert path in found["paths"]
        for operation in found["paths"][path].values():
            assert operation["summary"]
            assert "422" not in operation["responses"]
            assert "application/problem+json" in operation["responses"]["default"]["content"]
    assert "security" not in found["paths"]["/chain"]["post"]
    for path in ("/rosters", "/anchor", "/records/{kind}"):
        assert found["paths"][path]["post"]["security"] == [{"bearer": []}, {"basic": []}]
    assert set(found["components"]["securitySchemes"]) == {"bearer", "basic"}


def rpc(door: Door, method: str, *params: object) -> dict[str, object]:
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
    answer = door.client.post("/chain", json=request)
    assert answer.status_code == 200
    found: dict[str, object] = answer.json()
    return found


def test_chain_gateway_reads(door: Door) -> None:
    assert rpc(door, "eth_chainId")["result"] == hex(door.institution.config.chain_id)
    assert "result" in rpc(door, "eth_getBlockByNumber", "latest", False)


@pytest.mark.parametrize(
    "method",
    [
        "eth_sendTransaction", "eth_accounts_", "evm_mine", "evm_revert", "personal_unlockAccount",
        "admin_addPeer", "debug_traceTransaction", "miner_stop", "anvil_setBalance",
        "", "__class__",
    ],
)  # fmt: skip
def test_chain_gateway_refuses_the_rest(door: Door, method: str) -> None:
    assert "error" in rpc(door, method)


def test_raw_transactions_only_where_the_chain_is_embedded(door: Door) -> None:
    asked = b'{"jsonrpc":"2.0","id":1,"method":"eth_sendRawTransaction","params":["0x00"]}'
    embedded = rpc(door, "eth_sendRawTransaction", "0x00")
    assert "error" in embedded

    class Node:
        url = "test"

        def request(self, method: str, params: list[object]) -> object:
            raise AssertionError("asked the node")

    answer = gateway(lambda: Node(), writable=False)(asked)
    assert b"error" in answer


def test_deep_json_at_the_gateway(door: Door) -> None:
    for opening in (b"[", b'{"a":'):
        answer = door.client.post("/chain", content=opening * 100_000)
        assert answer.status_code == 200
        assert answer.json()["error"]["code"] == -32700


def test_large_body_at_the_gateway(door: Door) -> None:
    answer = door.client.post("/chain", content=b" " * ((1 << 20) + 1))
    assert answer.status_code == 413
    assert answer.json()["code"] == "body-too-large"
