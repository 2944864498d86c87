"""Puts the gate before an application: `install(app, open_access(settings, audit))`, and nothing is open by mistake."""

from fastapi import FastAPI

from streams.review.auth.access import Access
from streams.review.auth.gate import Gate
from streams.review.auth.login import auth_router
from streams.review.auth.shield import BODY_BYTES_MAX, Shield

__all__ = ["install"]


def install(app: FastAPI, access: Access, *, body_bytes_max: int = BODY_BYTES_MAX) -> None:
    """Log-in routes, the gate and around it the shield; call it after every other middleware was added.

    Run the server without an access log: its lines would hold the codes of log-ins.
    """
    app.state.access = access
    app.include_router(auth_router)
    app.add_middleware(Gate, access=access)
    app.add_middleware(Shield, secure=access.site.secure, body_bytes_max=body_bytes_max)
