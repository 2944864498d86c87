"""All routes of the API under one prefix."""

from fastapi import APIRouter

from streams.review.api import deciding, reading, revealing
from streams.review.api.problems import PROBLEMS

__all__ = ["PREFIX", "api_router"]

PREFIX = "/api/v1"

api_router = APIRouter(prefix=PREFIX, responses=PROBLEMS)
# Of routes that fit, the first one answers: `…/{action}` comes last.
for part in (reading, revealing, deciding):
    api_router.include_router(part.router)
