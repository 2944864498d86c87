"""All pages as one router."""

from typing import Final

from fastapi import APIRouter

from streams.review.pages import audits, bulks, byhand, front, groups, inbox, records, reveals

__all__ = ["pages_router"]

pages_router: Final = APIRouter()
for _each in (front, inbox, groups, records, byhand, bulks, reveals, audits):
    pages_router.include_router(_each.router)
