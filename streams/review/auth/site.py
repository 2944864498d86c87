"""Where the service is in browsers: its origins, the hosts it answers to, the names and rights of its cookies."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from streams.settings import Settings
from streams.settings.urls import is_loopback

__all__ = ["Cookie", "Site"]

_SAME: Final = "same-origin"
_HOST: Final = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,255})(?::[0-9]{1,5})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie's name and SameSite."""

    name: str
    same_site: Literal["strict", "lax"]


class Site:
    """What REVIEW_PUBLIC_URL says; without it the service is on this machine, at HTTP_HOST and by loopback names."""

    def __init__(self, settings: Settings) -> None:
        url = (settings.review_public_url or "").rstrip("/")
        self._url = url
        self._host = settings.http_host
        self.secure = url.startswith("https://")
        # A browser takes `__Host-` only over https, for this host alone and all its paths.
        prefix = "__Host-" if self.secure else ""
        self.session = Cookie(f"{prefix}maskstream-session", "strict")
        #: Lax, since the provider sends people back from another site.
        self.login = Cookie(f"{prefix}maskstream-login", "lax")

    def address(self, headers: Headers) -> str:
        """Scheme and host of our own addresses."""
        return self._url or f"http://{headers.get('host', '')}"

    def answers_to(self, headers: Headers) -> bool:
        """Whether a browser means us: a foreign name that points here would make us part of a foreign site."""
        given = headers.getlist("host")
        if len(given) != 1:
            return False
        if self._url:
            return given[0].lower() == urlsplit(self._url).netloc.lower()
        parts = _HOST.fullmatch(given[0].lower())
        host = parts[1].strip("[]") if parts else ""
        return is_loopback(host) or (host != "" and host == self._host.lower())

    def sent_by_us(self, headers: Headers) -> bool:
        """Whether a page of ours sent a request that changes something; who says neither is refused.

        `Origin` is `null` where pages send no referrer, so what the browser says of the two sites goes first.
        """
        fetch_site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if fetch_site is not None:
            return fetch_site == _SAME and origin in {None, "null", self.address(headers)}
        return origin is not None and origin == self.address(headers)

    def set_cookie(self, cookie: Cookie, text: str, age_s: float) -> Mapping[str, str]:
        """The header that gives a browser a cookie; an empty text takes it away."""
        parts = [f"{cookie.name}={text}", "Path=/", f"Max-Age={int(age_s) if text else 0}", "HttpOnly"]
        parts += [f"SameSite={cookie.same_site.capitalize()}", *(["Secure"] if self.secure else [])]
        return {"Set-Cookie": "; ".join(parts)}
