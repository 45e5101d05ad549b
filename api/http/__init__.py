"""The issuer's HTTP door: FastAPI in, use case, HTTP out."""
