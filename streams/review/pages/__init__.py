"""The pages of the review service: rendered on the server, complete without a script, nothing of it from elsewhere."""

from streams.review.pages.front import login_page
from streams.review.pages.routes import pages_router

__all__ = ["login_page", "pages_router"]
